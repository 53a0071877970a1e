//! Random numbers that are the same for the same seed, on every machine and in every version: responses are the same byte for byte.

/// A source of random numbers (SplitMix64).
#[derive(Clone, Copy, Debug)]
pub(crate) struct SeededRng(u64);

impl SeededRng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A source for something of this name: its numbers do not depend on those of others.
    pub(crate) fn fork(self, name: &str) -> Self {
        // FNV-1a
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut rng = Self(self.0 ^ hash);
        Self(rng.next_u64())
    }

    /// A source for the thing of this number.
    pub(crate) fn fork_at(self, number: u64) -> Self {
        let mut rng = Self(
            self.0
                .wrapping_add(number.wrapping_mul(0xd134_2543_de82_ef95)),
        );
        Self(rng.next_u64())
    }

    pub(crate) fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a bound, which must not be 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next_u64() % bound
    }

    /// One of several.
    pub(crate) fn choose<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        list.get(usize::try_from(self.below(list.len().max(1) as u64)).ok()?)
    }

    /// Whether something of this probability, from 0 to 1, happens.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
        let roll = (self.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        roll < probability
    }
}
