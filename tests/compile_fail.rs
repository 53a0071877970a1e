//! Invalid programs do not compile, and the compiler reports the reason.

#[test]
#[ignore = "builds the crate again; run it after a change of the generator"]
fn invalid_programs_do_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
