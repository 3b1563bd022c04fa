//! Work space that contractions take from and give back to, so that loops do not allocate.

use faer::Par;

/// Buffers kept between calls, and the number of threads a large product may use.
///
/// One `Scratch` belongs to one thread. Results do not depend on the number of threads.
#[derive(Debug)]
pub struct Scratch {
    free: Vec<Vec<f64>>,
    par: Par,
}

impl Scratch {
    /// Work space for contractions on the calling thread alone.
    pub fn new() -> Self {
        Self {
            free: Vec::new(),
            par: Par::Seq,
        }
    }

    /// Work space for contractions that may use `threads` threads of the current rayon pool for
    /// products large enough to gain by it.
    pub fn with_threads(threads: usize) -> Self {
        let par = if threads > 1 {
            Par::rayon(threads)
        } else {
            Par::Seq
        };
        Self {
            free: Vec::new(),
            par,
        }
    }

    /// How a product of `operations` multiplications should be run.
    pub(crate) fn par(&self, operations: usize) -> Par {
        // Below this size handing work to a pool costs more than it saves.
        if operations < 1 << 20 {
            Par::Seq
        } else {
            self.par
        }
    }

    /// How many threads `operations` multiplications should be shared by.
    pub(crate) fn threads(&self, operations: usize) -> usize {
        self.par(operations).degree()
    }

    /// A buffer of `len` unspecified values.
    pub(crate) fn take(&mut self, len: usize) -> Vec<f64> {
        let mut buffer = self.free.pop().unwrap_or_default();
        buffer.resize(len, 0.0);
        buffer
    }

    /// Gives a buffer back for later use.
    pub(crate) fn give(&mut self, buffer: Vec<f64>) {
        self.free.push(buffer);
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}
