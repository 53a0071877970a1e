//! Examples that go through the crate itself.

use std::path::Path;

use tempfile::TempDir;

#[test]
#[ignore = "builds the crate, which takes a minute"]
fn the_crate_recodes_a_response_its_mutants_and_a_body() {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("token.yaml");
    let text = "openapi: 3.0.3
info: {title: Token, version: 1.0.0}
servers: [{url: 'https://api.example.com/auth/v2'}]
paths:
  /token:
    post:
      operationId: createToken
      requestBody:
        content: {application/x-www-form-urlencoded: {example: {grant_type: client_credentials}}}
      responses:
        '200':
          description: ok
          content: {application/json: {example: {token_type: bearer, access_token: abc, expires_in: 3600}}}
";
    std::fs::write(&file, text).unwrap();
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let report = xtask::examples::run(&[file], workspace, true).unwrap();
    let text = report.to_string();
    // The exceptions of other documents do not occur here.
    assert!(report.is_good(), "{text}");
    assert!(
        text.contains("response, documented             1         0         0"),
        "{text}"
    );
    assert!(
        text.contains("body, documented                 1         0         0"),
        "{text}"
    );
    assert!(
        text.contains("other type                       4         9         0         3         0"),
        "{text}"
    );
}
