//! The streams are NumPy's, bit for bit (fixtures/make.py wrote what NumPy drew).

use numpy_random::RandomState;
use serde::Deserialize;

#[derive(Deserialize)]
struct Fixture {
    streams: Vec<Stream>,
}

#[derive(Deserialize)]
struct Stream {
    seed: u32,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    call: String,
    argument: String,
    values: Vec<String>,
}

fn streams() -> Vec<Stream> {
    let text = include_str!("fixtures/streams.json");
    let fixture: Fixture = serde_json::from_str(text).expect("make.py writes this structure");
    fixture.streams
}

fn take(state: &mut RandomState, step: &Step) -> Vec<u64> {
    let argument: u64 = step.argument.parse().expect("arguments are u64");
    let n = step.values.len();
    let widened = |order: Vec<usize>| order.into_iter().map(|i| i as u64).collect();
    let bits = |values: Vec<f64>| values.into_iter().map(f64::to_bits).collect();
    match step.call.as_str() {
        "next_u32" => (0..n).map(|_| u64::from(state.next_u32())).collect(),
        "interval" => (0..n).map(|_| state.interval(argument)).collect(),
        "random_sample" => {
            let mut out = vec![0.0; n];
            state.fill_random_sample(&mut out);
            bits(out)
        }
        "randn" => {
            let mut out = vec![0.0; n];
            state.fill_randn(&mut out);
            bits(out)
        }
        "permutation" => widened(state.permutation(n)),
        "shuffle" => {
            let mut squares: Vec<usize> = (0..n).map(|i| i * i).collect();
            state.shuffle(&mut squares);
            widened(squares)
        }
        other => panic!("the fixture has a step this test does not know: {other}"),
    }
}

#[test]
fn every_stream_has_numpys_bits() {
    for stream in streams() {
        let mut state = RandomState::new(stream.seed);
        for (position, step) in stream.steps.iter().enumerate() {
            let expected: Vec<u64> = step.values.iter().map(|v| v.parse().unwrap()).collect();
            let Step { call, argument, .. } = step;
            assert_eq!(
                take(&mut state, step),
                expected,
                "seed {}, step {position}: {call}({argument})",
                stream.seed
            );
        }
    }
}

#[test]
fn the_fixture_covers_what_it_is_meant_to() {
    let streams = streams();
    let seeds: Vec<u32> = streams.iter().map(|s| s.seed).collect();
    for seed in [0, 14, 42, u32::MAX] {
        assert!(seeds.contains(&seed), "no stream of seed {seed}");
    }
    // MT19937 renews its state every 624 words, and a sample takes two: two renewals are seen.
    assert!(
        streams
            .iter()
            .flat_map(|s| &s.steps)
            .any(|step| step.call == "random_sample" && step.values.len() > 624)
    );
}
