//! Our topics beside published ones.

use serde::Serialize;

use hntf_models::topics::assign;

/// The published topics of one layer and those of a method that match them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PublishedTopics {
    /// The method's id.
    pub method: String,
    /// Its name in tables.
    pub label: String,
    /// The trial shown.
    pub trial: u32,
    /// The layer.
    pub layer: usize,
    /// Its rank.
    pub rank: usize,
    /// How many of our words of a topic a published word may be among.
    pub match_words: usize,
    /// How many published topics were found.
    pub found: usize,
    /// How many are the same word for word.
    pub word_for_word: usize,
    /// Every published topic.
    pub topics: Vec<PublishedMatch>,
}

/// A published topic and ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PublishedMatch {
    /// Its words as published.
    pub published: Vec<String>,
    /// The number of our topic as a reader sees it, from 1; none if there are fewer of ours.
    pub topic: Option<usize>,
    /// Its first words, as many as published.
    pub words: Vec<String>,
    /// The published words among its first `match-words`.
    pub shared: Vec<String>,
    /// Whether more than half of the published words are shared: three of five.
    pub found: bool,
    /// Whether its first words are the published ones in their order.
    pub word_for_word: bool,
}

/// Our topic for each published one: the assignment that shares most words. `ours` are the words of
/// our topics, the heaviest first; of equal choices the one whose shared words stand further up.
/// Capital letters do not count.
pub fn match_published(
    published: &[Vec<String>],
    ours: &[Vec<String>],
    match_words: usize,
) -> Vec<PublishedMatch> {
    let among = |word: &String, list: &[String]| {
        let word = word.to_lowercase();
        list.iter().any(|other| other.to_lowercase() == word)
    };
    let first = |words: &'_ [String], count: usize| -> Vec<String> {
        words.iter().take(count).cloned().collect()
    };
    let shared = |i: usize, j: usize, count: usize| -> Vec<String> {
        let list = first(&ours[j], count);
        let words = published[i].iter().filter(|word| among(word, &list));
        words.cloned().collect()
    };
    let weight = |i: usize, j: usize| {
        let (all, top) = (shared(i, j, match_words), shared(i, j, published[i].len()));
        // Less than one word in all, however many topics there are.
        let bonus = top.len() as f64 / (1 + published[i].len()) as f64;
        all.len() as f64 + bonus / (1 + published.len()) as f64
    };
    let assigned = assign(published.len(), ours.len(), weight);
    let describe = |(i, topic): (usize, Option<usize>)| {
        let words = topic.map_or(Vec::new(), |j| first(&ours[j], published[i].len()));
        let shared = topic.map_or(Vec::new(), |j| shared(i, j, match_words));
        let same = |(a, b): (&String, &String)| a.to_lowercase() == b.to_lowercase();
        PublishedMatch {
            found: 2 * shared.len() > published[i].len(),
            word_for_word: words.len() == published[i].len()
                && words.iter().zip(&published[i]).all(same),
            published: published[i].clone(),
            topic: topic.map(|j| j + 1),
            words,
            shared,
        }
    };
    assigned.into_iter().enumerate().map(describe).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topics(lists: &[&str]) -> Vec<Vec<String>> {
        let words = |list: &&str| list.split(' ').map(str::to_owned).collect();
        lists.iter().map(words).collect()
    }

    #[test]
    fn every_published_topic_gets_the_topic_that_shares_most_words() {
        let published = topics(&["a b c d e", "f g h i j", "k l m n o"]);
        let ours = topics(&["f x h y z i", "A b c d e", "k q r s l"]);
        let found = match_published(&published, &ours, 10);
        let numbers: Vec<_> = found.iter().map(|m| m.topic).collect();
        assert_eq!(numbers, [Some(2), Some(1), Some(3)]);
        let counts: Vec<_> = found.iter().map(|m| m.shared.len()).collect();
        assert_eq!(counts, [5, 3, 2]);
        let verdicts: Vec<_> = found.iter().map(|m| (m.found, m.word_for_word)).collect();
        assert_eq!(verdicts, [(true, true), (true, false), (false, false)]);
        // The sixth word no longer counts.
        let found = match_published(&published, &ours, 5);
        assert_eq!(found[1].shared, ["f", "h"]);
        assert!(!found[1].found);
    }

    #[test]
    fn another_order_of_the_same_words_is_found_but_not_word_for_word() {
        let found = match_published(&topics(&["a b c"]), &topics(&["b a c"]), 10);
        assert!(found[0].found && !found[0].word_for_word);
    }

    #[test]
    fn of_equal_choices_the_words_further_up_count() {
        let ours = topics(&["x y z a b", "a b x y z"]);
        let found = match_published(&topics(&["a b"]), &ours, 10);
        assert_eq!(found[0].topic, Some(2));
    }

    #[test]
    fn more_published_topics_than_ours_leave_some_without() {
        let found = match_published(&topics(&["a b", "c d"]), &topics(&["c d"]), 10);
        assert_eq!(found[0].topic, None);
        assert!(!found[0].found && !found[0].word_for_word);
        assert_eq!(found[1].topic, Some(1));
    }
}
