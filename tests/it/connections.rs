//! Connection settings, and limits for the size of a response.

use std::io::Write as _;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use cisco_secure_access::auth::BoxError;
use cisco_secure_access::{
    Body, Client, ClientBuilder, Cloud, Credentials, ErrorKind, RetryPolicy, Upload, reqwest,
    service_fn,
};
use http::{HeaderValue, Request, Response};
use http_body_util::BodyExt as _;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};
use tower_layer::Layer;
use tower_service::Service;

use crate::scripted::{Scripted, ScriptedResponse, TOKEN, read, read_request};

#[tokio::test]
async fn a_response_has_a_maximum_size() {
    for (length, is_read) in [(1000, true), (1001, false), (500_000, false)] {
        let body = format!(r#"{{"x": "{}"}}"#, "y".repeat(length - 9));
        assert_eq!(body.len(), length);
        let chunked = format!(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n{length:x}\r\n{body}\r\n0\r\n\r\n"
        );
        for response in [
            ScriptedResponse::json(200, &body),
            ScriptedResponse::Send(chunked),
        ] {
            let server = Scripted::responding([], response).await;
            let builder = server.builder().retry(RetryPolicy::none());
            let client = builder.max_response_size(1000).build().unwrap();
            let result = read(&client).await;
            assert_eq!(result.is_ok(), is_read, "{length}");
            if let Err(error) = result {
                assert_eq!(error.kind(), ErrorKind::ResponseTooLarge);
                assert!(
                    error.to_string().contains("longer than 1000 bytes"),
                    "{error}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_compressed_response_is_limited_by_its_decompressed_size() {
    let body = format!(r#"{{"regions": [{{"name": "{}"}}]}}"#, "a".repeat(100_000));
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(body.as_bytes()).unwrap();
    let compressed = encoder.finish().unwrap();
    assert!(compressed.len() < 1000);
    let mut response = format!(
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        compressed.len()
    )
    .into_bytes();
    response.extend(compressed);

    let server = Scripted::responding([], ScriptedResponse::Bytes(response.clone())).await;
    let regions = server
        .client()
        .deployments()
        .list_regions()
        .send()
        .await
        .unwrap();
    assert_eq!(regions.regions[0].name.as_ref().unwrap().len(), 100_000);
    assert!(
        server.calls()[0].contains("accept-encoding: gzip"),
        "{}",
        server.calls()[0]
    );

    let server = Scripted::responding([], ScriptedResponse::Bytes(response)).await;
    let client = server.builder().max_response_size(50_000).build().unwrap();
    assert_eq!(
        read(&client).await.unwrap_err().kind(),
        ErrorKind::ResponseTooLarge
    );
}

#[tokio::test]
async fn an_announced_length_allocates_nothing() {
    let part = "x".repeat(100_000);
    let response = format!("HTTP/1.1 200 OK\r\ncontent-length: 9000000000000000\r\n\r\n{part}");
    let server = Scripted::responding([], ScriptedResponse::Send(response)).await;
    let builder = server.builder().retry(RetryPolicy::none());
    let client = builder.max_response_size(usize::MAX).build().unwrap();
    assert_eq!(
        read(&client).await.unwrap_err().kind(),
        ErrorKind::Connection
    );
}

#[test]
fn connection_settings_conflict_with_an_http_client() {
    let certificate = KeyPair::generate().unwrap();
    let certificate = CertificateParams::default()
        .self_signed(&certificate)
        .unwrap();
    let certificate = reqwest::Certificate::from_pem(certificate.pem().as_bytes()).unwrap();
    type Set = Box<dyn FnOnce(ClientBuilder) -> ClientBuilder>;
    let settings: [(&str, Set); 4] = [
        (
            "connect_timeout",
            Box::new(|builder| builder.connect_timeout(Duration::from_secs(1))),
        ),
        (
            "user_agent_suffix",
            Box::new(|builder| builder.user_agent_suffix("harbour/1")),
        ),
        (
            "proxy",
            Box::new(|builder| builder.proxy(reqwest::Proxy::all("http://proxy.example").unwrap())),
        ),
        (
            "root_certificate",
            Box::new(|builder| builder.root_certificate(certificate)),
        ),
    ];
    for (name, set) in settings {
        let builder = set(Client::builder().credentials(Credentials::new("key", "hush")));
        for builder in [
            builder.clone().http_client(reqwest::Client::new()),
            builder.http_service(service_fn(echo)),
        ] {
            let error = builder.build().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert!(error.to_string().contains(&format!("`{name}`")), "{error}");
        }
    }
}

/// A layer that adds a header to each request.
#[derive(Clone)]
struct AddHeader(&'static str);

#[derive(Clone)]
struct WithHeader<S>(S, &'static str);

impl<S> Layer<S> for AddHeader {
    type Service = WithHeader<S>;

    fn layer(&self, service: S) -> WithHeader<S> {
        WithHeader(service, self.0)
    }
}

impl<S: Service<Request<Body>>> Service<Request<Body>> for WithHeader<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Body>) -> S::Future {
        let value = HeaderValue::from_static("yes");
        request.headers_mut().append(self.1, value);
        self.0.call(request)
    }
}

#[tokio::test]
async fn layers_see_every_request() {
    let moved = ScriptedResponse::new(307, &[("location", "/elsewhere")], "");
    let server = Scripted::responding([moved], ScriptedResponse::json(200, "{}")).await;
    let builder = server.builder().http_layer(AddHeader("x-inner"));
    let client = builder.http_layer(AddHeader("x-outer")).build().unwrap();
    read(&client).await.unwrap();
    assert_eq!(server.requests().len(), 3);
    for request in server.requests() {
        assert!(request.contains("x-inner: yes"), "{request}");
        assert!(request.contains("x-outer: yes"), "{request}");
    }
}

#[tokio::test]
async fn a_failure_below_a_layer_is_a_connection_error() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = Client::builder()
        .cloud(url.parse::<Cloud>().unwrap())
        .credentials(Credentials::new("key", "hush"))
        .http_layer(AddHeader("x-layer"))
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    assert_eq!(read(&client).await.unwrap_err().kind(), ErrorKind::Connect);
}

#[tokio::test]
async fn the_user_agent_names_the_program() {
    let server = Scripted::responding([], ScriptedResponse::json(200, "{}")).await;
    let client = server
        .builder()
        .user_agent_suffix("harbour/1.2")
        .build()
        .unwrap();
    read(&client).await.unwrap();
    let expected = concat!(
        "user-agent: cisco-secure-access-rust/",
        env!("CARGO_PKG_VERSION"),
        " harbour/1.2\r\n"
    );
    assert!(
        server.calls()[0].contains(expected),
        "{}",
        server.calls()[0]
    );

    let error = server
        .builder()
        .user_agent_suffix("a\nb")
        .build()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
}

#[tokio::test]
async fn a_custom_http_client_must_not_follow_redirects() {
    let moved = ScriptedResponse::new(302, &[("location", "/elsewhere")], "");
    let server = Scripted::responding([moved.clone()], ScriptedResponse::json(200, "{}")).await;
    let client = server
        .builder()
        .http_client(reqwest::Client::new())
        .build()
        .unwrap();
    let error = read(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirect);
    assert!(error.to_string().contains("Policy::none()"), "{error}");

    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .user_agent("mine/1")
        .build()
        .unwrap();
    let server = Scripted::responding([moved], ScriptedResponse::json(200, "{}")).await;
    let client = server.builder().http_client(http).build().unwrap();
    read(&client).await.unwrap();
    assert_eq!(server.calls().len(), 2, "the crate followed");
    assert!(server.calls()[1].contains("user-agent: mine/1"));
}

#[tokio::test]
async fn calls_use_the_proxy() {
    let proxy = Scripted::responding([], ScriptedResponse::json(200, "{}")).await;
    let client = Client::builder()
        .cloud("http://127.0.0.1:9".parse::<Cloud>().unwrap())
        .credentials(Credentials::new("key", "hush"))
        .proxy(reqwest::Proxy::http(proxy.url("/")).unwrap())
        .build()
        .unwrap();
    read(&client).await.unwrap();
    let call = &proxy.calls()[0];
    assert!(
        call.starts_with("GET http://127.0.0.1:9/deployments/v2/regions "),
        "{call}"
    );
}

#[test]
fn debug_output_contains_no_proxy_password() {
    let proxy = reqwest::Proxy::all("http://user:hush@proxy.example").unwrap();
    let builder = Client::builder()
        .proxy(proxy)
        .credentials(Credentials::new("key", "hush"));
    assert!(!format!("{builder:?}").contains("hush"));
    assert!(!format!("{:?}", builder.build().unwrap()).contains("hush"));
}

/// A service with TLS. Its own authority signs its certificate and those of clients.
struct Tls {
    url: String,
    authority: String,
    /// The key and certificate of a client.
    identity: String,
}

impl Tls {
    async fn start() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut parameters = CertificateParams::new(Vec::new()).unwrap();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(parameters, key).unwrap();
        let signed = |name: &str| {
            let key = KeyPair::generate().unwrap();
            let parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
            (parameters.signed_by(&key, &authority).unwrap(), key)
        };
        let (client, client_key) = signed("harbour");
        let (server, server_key) = signed("localhost");
        let mut roots = RootCertStore::empty();
        roots.add(authority.der().clone()).unwrap();
        let verifier = WebPkiClientVerifier::builder(Arc::new(roots))
            .build()
            .unwrap();
        let config = ServerConfig::builder()
            .with_client_cert_verifier(verifier)
            .with_single_cert(
                vec![server.der().clone()],
                PrivateKeyDer::try_from(server_key.serialize_der()).unwrap(),
            )
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!(
            "https://localhost:{}",
            listener.local_addr().unwrap().port()
        );
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                // Handshakes of unknown clients, and of clients that do not trust this server, fail here.
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    continue;
                };
                let request = read_request(&mut stream).await;
                let is_token = request.starts_with("POST /auth/v2/token ");
                let body = if is_token { TOKEN } else { "{}" };
                let length = body.len();
                let response = format!(
                    "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                );
                stream.write_all(response.as_bytes()).await.unwrap();
                stream.shutdown().await.unwrap();
            }
        });
        Self {
            url,
            authority: authority.pem(),
            identity: format!("{}{}", client_key.serialize_pem(), client.pem()),
        }
    }

    fn builder(&self) -> ClientBuilder {
        Client::builder()
            .cloud(self.url.parse::<Cloud>().unwrap())
            .credentials(Credentials::new("key", "hush"))
            .retry(RetryPolicy::none())
    }
}

#[tokio::test]
async fn custom_authorities_and_client_certificates_are_used() {
    let tls = Tls::start().await;
    let root = reqwest::Certificate::from_pem(tls.authority.as_bytes()).unwrap();
    let identity = reqwest::Identity::from_pem(tls.identity.as_bytes()).unwrap();
    let known = tls.builder().root_certificate(root.clone());
    let client = known.clone().client_certificate(identity).build().unwrap();
    read(&client).await.unwrap();

    let error = read(&known.build().unwrap()).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Connect | ErrorKind::Connection),
        "{error}"
    );
    let unknown = tls.builder().retry(RetryPolicy::new()).build().unwrap();
    let error = read(&unknown).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(!error.is_retryable(), "{error}");
    assert!(error.to_string().contains("`root_certificate`"), "{error}");
}

/// Responds with the request.
async fn echo(request: Request<Body>) -> Result<Response<String>, BoxError> {
    if request.uri().path() == "/auth/v2/token" {
        return Ok(Response::new(TOKEN.to_owned()));
    }
    if request.method() == "DELETE" {
        return Err("the cable is cut".into());
    }
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let text = format!("{} {} {:?} {body:?}", head.method, head.uri, head.headers);
    Ok(Response::new(text))
}

#[tokio::test]
async fn a_service_replaces_the_network() {
    let builder = Client::builder()
        .cloud(Cloud::China)
        .credentials(Credentials::new("key", "hush"))
        .http_service(service_fn(echo))
        .retry(RetryPolicy::none());
    let client = builder.clone().build().unwrap();
    let file = Upload::bytes("objects.csv", "name,type");
    let raw = client
        .policies()
        .upload_network_objects(file)
        .send_raw()
        .await
        .unwrap();
    let text = String::from_utf8(raw.into_body().to_vec()).unwrap();
    assert!(
        text.starts_with("POST https://api.ciscosecureaccess.cn/policies/v2/"),
        "{text}"
    );
    assert!(text.contains("multipart/form-data; boundary="), "{text}");
    assert!(text.contains("name,type"), "{text}");

    let error = client
        .deployments()
        .delete_site(1)
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection);
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(source.to_string(), "the cable is cut");

    let client = builder.max_response_size(10).build().unwrap();
    let error = read(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ResponseTooLarge);
}
