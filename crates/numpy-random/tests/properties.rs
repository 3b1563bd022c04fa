//! What holds for every seed.

use numpy_random::RandomState;
use proptest::prelude::*;

proptest! {
    #[test]
    fn the_same_seed_gives_the_same_stream(seed: u32, count in 0_usize..50) {
        let draws = |mut state: RandomState| {
            let normals: Vec<u64> = (0..count).map(|_| state.randn().to_bits()).collect();
            (normals, state.next_u32(), state.permutation(count))
        };
        prop_assert_eq!(draws(RandomState::new(seed)), draws(RandomState::new(seed)));
    }

    #[test]
    fn a_clone_continues_the_stream_with_its_cached_normal(seed: u32) {
        let mut state = RandomState::new(seed);
        state.randn();
        let mut clone = state.clone();
        for _ in 0..3 {
            prop_assert_eq!(state.randn().to_bits(), clone.randn().to_bits());
        }
    }

    #[test]
    fn filling_in_pieces_is_filling_at_once(seed: u32, count in 0_usize..60, cut in 0_usize..60) {
        let cut = cut.min(count);
        let (mut whole, mut pieces) = (vec![0.0; count], vec![0.0; count]);
        RandomState::new(seed).fill_randn(&mut whole);
        let mut state = RandomState::new(seed);
        state.fill_randn(&mut pieces[..cut]);
        state.fill_randn(&mut pieces[cut..]);
        prop_assert_eq!(whole, pieces);
    }

    #[test]
    fn uniform_numbers_lie_in_the_half_open_unit_interval(seed: u32) {
        let mut draws = [f64::NAN; 100];
        RandomState::new(seed).fill_random_sample(&mut draws);
        prop_assert!(draws.iter().all(|u| (0.0..1.0).contains(u)));
    }

    #[test]
    fn normals_are_finite(seed: u32) {
        let mut draws = [f64::NAN; 100];
        RandomState::new(seed).fill_randn(&mut draws);
        prop_assert!(draws.iter().all(|z| z.is_finite()));
    }

    #[test]
    fn an_interval_draw_is_at_most_its_maximum(seed: u32, max: u64, shift in 0_u32..64) {
        let max = max >> shift;
        let mut state = RandomState::new(seed);
        for _ in 0..10 {
            prop_assert!(state.interval(max) <= max);
        }
    }

    #[test]
    fn a_permutation_holds_every_index_once(seed: u32, n in 0_usize..200) {
        let mut order = RandomState::new(seed).permutation(n);
        order.sort_unstable();
        prop_assert_eq!(order, (0..n).collect::<Vec<_>>());
    }

    #[test]
    fn shuffling_puts_items_in_the_order_of_the_permutation(seed: u32, n in 0_usize..200) {
        let items: Vec<String> = (0..n).map(|i| format!("item {i}")).collect();
        let mut shuffled = items.clone();
        RandomState::new(seed).shuffle(&mut shuffled);
        let order = RandomState::new(seed).permutation(n);
        let expected: Vec<String> = order.iter().map(|&i| items[i].clone()).collect();
        prop_assert_eq!(shuffled, expected);
    }
}

#[test]
fn nothing_is_drawn_where_there_is_nothing_to_choose() {
    let mut state = RandomState::new(7);
    assert_eq!(state.interval(0), 0);
    assert_eq!(state.permutation(0), Vec::<usize>::new());
    assert_eq!(state.permutation(1), [0]);
    state.shuffle::<u8>(&mut []);
    assert_eq!(state.next_u32(), RandomState::new(7).next_u32());
}
