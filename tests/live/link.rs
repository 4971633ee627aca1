//! Networks and tokens that come and go.

use super::*;

#[test]
fn links_go_down_and_come_back_and_a_dead_token_says_so() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        wing.linked(Link::Polling).await;
        for _ in 0..4 {
            wing.simulator.fail_next("/conversations", Fault::Html);
        }
        wing.commands.send(Command::Refresh).await.expect("taken");
        let down = wing.news("the loss", |c| matches!(c, Change::Link(Link::Offline(_)))).await;
        assert!(matches!(&down, Change::Link(Link::Offline(why)) if why.contains("not as the Graph API does")), "{down:?}");
        wing.linked(Link::Polling).await;
        for _ in 0..4 {
            wing.simulator.fail_next("/conversations", Fault::Error { status: 400, code: 190, subcode: 463 });
        }
        wing.commands.send(Command::Refresh).await.expect("taken");
        let dead = wing.news("the token", |c| matches!(c, Change::Link(Link::TokenRefused(_)))).await;
        assert!(matches!(&dead, Change::Link(Link::TokenRefused(why)) if why.contains("expired")), "{dead:?}");
        wing.end().await;
    });
}

#[test]
fn a_reply_queued_for_want_of_a_token_goes_out_with_a_new_one() {
    runtime().block_on(async {
        let mut wing = Wing::start(None).await;
        let ana = wing.open("Ana Ruiz").await;
        wing.simulator.fail_next("POST", error(190, 463));
        wing.send(&ana, "one", "with the next token").await;
        wing.news("the wait", |c| matches!(c, Change::ReplyWaiting { .. }))
            .await;
        assert_eq!(unsent(&wing.thread(&ana.0))[0].state, SendState::Queued);
        // Somebody has put a new one in its place and does not want to wait.
        wing.commands.send(Command::Refresh).await.expect("taken");
        wing.sent(&ana).await;
        assert_eq!(words(&wing.posts()), ["messages", "messages"]);
        wing.end().await;
    });
}

#[test]
fn a_new_token_in_the_same_place_works_without_a_restart() {
    runtime().block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let (address, simulator) = simulator_in(&folder, None).await;
        let (_, right) = simulator.app("switchboard").expect("the desk's app");
        let place = Arc::new(Mutex::new(None));
        let found = Arc::clone(&place);
        let options = sync::Options {
            token: Some(Arc::new(move || found.lock().expect("unpoisoned").clone())),
            ..sync::Options::default()
        };
        let mut wing = Wing::attach_with(folder, address, simulator, options);
        wing.news("the refusal", |c| {
            matches!(c, Change::Link(Link::TokenRefused(_)))
        })
        .await;
        *place.lock().expect("unpoisoned") = Some(right.into());
        wing.commands.send(Command::Refresh).await.expect("taken");
        wing.linked(Link::Polling).await;
        wing.person("Ana Ruiz").await;
        wing.end().await;
    });
}

/// An interception is not called an outage, and nothing is sent to it.
#[test]
fn a_certificate_that_nobody_has_issued_is_named_and_the_token_stays_here() {
    use std::io::Read;
    // Made for this test; it vouches for nothing.
    let certificate = include_bytes!("../support/nobody.cert.der").to_vec();
    let key = include_bytes!("../support/nobody.key.der").to_vec();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.into()],
            rustls::pki_types::PrivateKeyDer::Pkcs8(key.into()),
        )
        .expect("a certificate");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = std::thread::spawn(move || {
        let (stream, _) = listener.accept().expect("a call");
        let connection = rustls::ServerConnection::new(Arc::new(config)).expect("a connection");
        let mut heard = Vec::new();
        let _ = rustls::StreamOwned::new(connection, stream).read_to_end(&mut heard);
        heard
    });
    runtime().block_on(async {
        let client = client_with(address, "EAAcanary", |options| {
            options.base_url = format!("https://{address}");
        });
        let error = client
            .about_page()
            .await
            .expect_err("not trusted")
            .to_string();
        assert!(
            error.contains("certificate") && error.contains("its issuer is unknown"),
            "{error}"
        );
    });
    assert!(server.join().expect("ends").is_empty(), "nothing was sent");
}
