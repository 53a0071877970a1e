//! The importer with arbitrary text: YAML, JSON, or neither. It accepts an accepted document again, with the same result.

#![no_main]

use std::cell::LazyCell;

use cisco_secure_access_fuzz::import::Bench;
use libfuzzer_sys::fuzz_target;

thread_local! {
    static BENCH: LazyCell<Bench> = LazyCell::new(Bench::new);
}

fuzz_target!(|data: &[u8]| {
    BENCH.with(|bench| bench.import(&[data]));
});
