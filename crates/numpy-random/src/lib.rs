#![doc = include_str!("../README.md")]

use rand_mt::Mt;

/// NumPy's legacy generator: MT19937 with the distributions of `numpy.random.RandomState`.
///
/// One generator is one stream: every method continues where the last one stopped, and calls may
/// be mixed in any order, as in NumPy. A clone continues the same stream independently.
#[derive(Clone, Debug)]
pub struct RandomState {
    bits: Mt,
    /// The first normal of the last accepted pair, not yet returned (see [`RandomState::randn`]).
    cached_normal: Option<f64>,
}

impl RandomState {
    /// The stream of `numpy.random.RandomState(seed)` for an integer seed.
    ///
    /// NumPy seeds with MT19937's `init_genrand` here; seeds that are sequences, which it feeds
    /// to `init_by_array`, have no counterpart.
    #[must_use]
    pub fn new(seed: u32) -> Self {
        Self {
            bits: Mt::new(seed),
            cached_normal: None,
        }
    }

    /// The next 32 random bits, as four bytes of `RandomState.bytes` read little-endian.
    pub fn next_u32(&mut self) -> u32 {
        self.bits.next_u32()
    }

    /// A uniform number in [0, 1) with 53 random bits, as `RandomState.random_sample()`.
    ///
    /// Takes two 32-bit draws a, b: ((a >> 5)·2²⁶ + (b >> 6)) / 2⁵³.
    pub fn random_sample(&mut self) -> f64 {
        let high = f64::from(self.next_u32() >> 5);
        let low = f64::from(self.next_u32() >> 6);
        (high * 67_108_864.0 + low) / 9_007_199_254_740_992.0
    }

    /// Fills `out` in order, as `RandomState.random_sample(shape)` or `rand(…)` fills an array in
    /// row-major order.
    pub fn fill_random_sample(&mut self, out: &mut [f64]) {
        out.fill_with(|| self.random_sample());
    }

    /// A standard normal number, as `RandomState.randn()`.
    ///
    /// Marsaglia's polar method gives normals in pairs. The second of a pair is returned first;
    /// the first one is kept for the next call, whatever other draws come between.
    pub fn randn(&mut self) -> f64 {
        if let Some(normal) = self.cached_normal.take() {
            return normal;
        }
        loop {
            let x = 2.0 * self.random_sample() - 1.0;
            let y = 2.0 * self.random_sample() - 1.0;
            let r2 = x * x + y * y;
            if r2 < 1.0 && r2 != 0.0 {
                let scale = (-2.0 * r2.ln() / r2).sqrt();
                self.cached_normal = Some(scale * x);
                return scale * y;
            }
        }
    }

    /// Fills `out` in order, as `RandomState.randn(…)` fills an array in row-major order.
    ///
    /// With an odd number of entries one normal stays cached for the next call.
    pub fn fill_randn(&mut self, out: &mut [f64]) {
        out.fill_with(|| self.randn());
    }

    /// A uniform integer in 0..=`max`, as NumPy's C function `random_interval`, the source of
    /// `shuffle`, `permutation` and `choice`.
    ///
    /// Draws are masked to the bit length of `max` and rejected above it, so the number of draws
    /// taken from the stream varies. `max` = 0 takes none.
    pub fn interval(&mut self, max: u64) -> u64 {
        if max == 0 {
            return 0;
        }
        let mask = u64::MAX >> max.leading_zeros();
        // The width of a draw decides how far the stream moves, so it must follow NumPy's.
        let narrow = max <= u64::from(u32::MAX);
        loop {
            let draw = if narrow {
                u64::from(self.next_u32())
            } else {
                let high = u64::from(self.next_u32());
                high << 32 | u64::from(self.next_u32())
            };
            if draw & mask <= max {
                return draw & mask;
            }
        }
    }

    /// Shuffles `items` in place, as `RandomState.shuffle` does with a one-dimensional array.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            // The draw is at most `last`, so it fits whatever the pointer width.
            let chosen = self.interval(last as u64) as usize;
            items.swap(last, chosen);
        }
    }

    /// A random order of 0..`n`, as `RandomState.permutation(n)`.
    pub fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        self.shuffle(&mut order);
        order
    }
}
