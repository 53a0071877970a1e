//! What cannot be right does not compile, and the compiler says why.

#[test]
#[ignore = "builds the crate again; run it after a change of the generator"]
fn what_cannot_be_right_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
