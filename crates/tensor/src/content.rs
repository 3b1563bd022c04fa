//! What data is made of, as one unambiguous sequence of bytes.

/// Numbers turned into bytes at a time.
const BLOCK: usize = 512;

/// Feeds values to a sink of bytes, a hasher say, so that two sequences of calls with different values
/// never give the same bytes: numbers have one width and are little-endian, and whatever has a length
/// says it first.
///
/// ```
/// use hntf_tensor::ContentWriter;
///
/// let bytes = |words: &[&str]| {
///     let mut bytes = Vec::new();
///     let mut sink = |part: &[u8]| bytes.extend_from_slice(part);
///     ContentWriter::new(&mut sink).texts(words);
///     bytes
/// };
/// assert_ne!(bytes(&["ab", "c"]), bytes(&["a", "bc"]));
/// ```
pub struct ContentWriter<'a> {
    sink: &'a mut dyn FnMut(&[u8]),
}

impl<'a> ContentWriter<'a> {
    /// Feeds `sink`.
    pub fn new(sink: &'a mut dyn FnMut(&[u8])) -> Self {
        Self { sink }
    }

    /// A size or a count, as 64 bits.
    pub fn size(&mut self, size: usize) {
        (self.sink)(&(size as u64).to_le_bytes());
    }

    /// Sizes, and how many.
    pub fn sizes(&mut self, sizes: &[usize]) {
        self.size(sizes.len());
        sizes.iter().for_each(|size| self.size(*size));
    }

    /// Yes or no.
    pub fn flag(&mut self, flag: bool) {
        (self.sink)(&[u8::from(flag)]);
    }

    /// Flags, and how many.
    pub fn flags(&mut self, flags: &[bool]) {
        self.size(flags.len());
        flags.iter().for_each(|flag| self.flag(*flag));
    }

    /// A text, and its length.
    pub fn text(&mut self, text: &str) {
        self.size(text.len());
        (self.sink)(text.as_bytes());
    }

    /// Texts, and how many.
    pub fn texts(&mut self, texts: &[impl AsRef<str>]) {
        self.size(texts.len());
        texts.iter().for_each(|text| self.text(text.as_ref()));
    }

    /// All bits of a number.
    pub fn number(&mut self, number: f64) {
        (self.sink)(&number.to_bits().to_le_bytes());
    }

    /// All bits of numbers, and how many.
    pub fn numbers(&mut self, numbers: &[f64]) {
        const WIDTH: usize = size_of::<f64>();
        self.size(numbers.len());
        let mut bytes = [0; BLOCK * WIDTH];
        for numbers in numbers.chunks(BLOCK) {
            let bytes = &mut bytes[..size_of_val(numbers)];
            for (bytes, number) in bytes.chunks_exact_mut(WIDTH).zip(numbers) {
                bytes.copy_from_slice(&number.to_bits().to_le_bytes());
            }
            (self.sink)(bytes);
        }
    }

    /// Where an entry stands; as many indices as the modes that were fed before.
    pub(crate) fn index(&mut self, index: &[u32]) {
        for i in index {
            (self.sink)(&i.to_le_bytes());
        }
    }

    /// Hands the sink to something else that is fed.
    pub fn with(&mut self, feed: impl FnOnce(&mut dyn FnMut(&[u8]))) {
        feed(self.sink);
    }
}
