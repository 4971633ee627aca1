//! Bodies and connections that do harm.

use super::*;

#[test]
fn bodies_that_are_too_large_or_no_webhook_are_answered_and_harm_nothing() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let before = stage.items();
        // The door closes on it, before or after it has said why.
        let large = "x".repeat(9 * 1024 * 1024);
        let signature = sha256(&stage.wing.secret, large.as_bytes());
        let large = http()
            .post(format!("http://{}/", stage.wing.door))
            .header("x-hub-signature-256", signature)
            .body(large)
            .send()
            .await;
        let refused = |answer: reqwest::Response| answer.status().as_u16() == 413;
        assert!(large.map_or(true, refused));
        for body in [
            "",
            "[]",
            "no json",
            r#"{"object":"user","entry":[]}"#,
            "\u{feff}{}",
        ] {
            assert_eq!(
                stage.wing.deliver(body).await,
                200,
                "signed by Meta: {body}"
            );
        }
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(stage.wing.deliver(&deep).await, 200);
        assert_eq!(stage.items(), before);
        stage.wing.end().await;
    });
}

#[test]
fn faults_of_the_delivery_itself_leave_the_same_thread() {
    runtime().block_on(async {
        let mut stage = Stage::new().await;
        stage.wing.connect();
        for fault in [
            DeliveryFault::Duplicate,
            DeliveryFault::Disorder,
            DeliveryFault::Forge,
        ] {
            stage.wing.simulator.fail_delivery("switchboard", fault);
        }
        for n in 0..8 {
            let deed = json!({"person": "Ana", "do": "writes", "text": format!("line {n}")});
            stage.wing.deed(deed).await;
        }
        let ana = stage.ana.0.clone();
        let texts = stage
            .wing
            .until("all lines", move |reader| {
                let place = switchboard::domain::ThreadRange::Newest;
                let page = reader
                    .thread(&ana, &place, 500)
                    .expect("a cache")
                    .expect("a thread");
                let texts: Vec<String> = page
                    .items
                    .into_iter()
                    .filter_map(|item| match item {
                        Item::Message(m) if m.text.starts_with("line") => Some(m.text),
                        _ => None,
                    })
                    .collect();
                (texts.len() == 8).then_some(texts)
            })
            .await;
        assert!(texts.is_sorted(), "{texts:?}");
        stage.wing.end().await;
    });
}

/// A call whose head is sent, and its body not.
async fn head(stage: &Stage, path: &str, headers: &str, length: usize) -> tokio::net::TcpStream {
    use tokio::io::AsyncWriteExt;
    let mut stream = tokio::net::TcpStream::connect(stage.wing.door)
        .await
        .expect("a connection");
    let head =
        format!("POST {path} HTTP/1.1\r\nHost: x\r\n{headers}Content-Length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.expect("written");
    stream
}

/// What nobody can have signed is not read: the answer comes before the body.
#[test]
fn a_call_without_the_shape_of_a_signature_is_refused_on_its_head() {
    use tokio::io::AsyncReadExt;
    runtime().block_on(async {
        let stage = Stage::new().await;
        let hex = "0".repeat(64);
        for signature in [
            String::new(),
            "X-Hub-Signature-256: sha256=00\r\n".into(),
            format!("X-Hub-Signature-256: {hex}\r\n"),
            format!("X-Hub-Signature-256: sha256={hex}0\r\n"),
            format!("X-Hub-Signature: sha1={}\r\n", &hex[..40]),
        ] {
            let mut stream = head(&stage, "/", &signature, 8 * 1024 * 1024).await;
            let mut answer = [0; 12];
            stream.read_exact(&mut answer).await.expect("an answer");
            assert_eq!(&answer, b"HTTP/1.1 401", "{signature}");
        }
        stage.wing.end().await;
    });
}

/// Whoever knows the shape of a signature can hold bodies open, but not Meta out.
#[test]
fn bodies_of_strangers_that_are_held_open_make_way_for_metas() {
    use tokio::io::AsyncWriteExt;
    runtime().block_on(async {
        let stage = Stage::new().await;
        let forged = format!("X-Hub-Signature-256: sha256={}\r\n", "0".repeat(64));
        let almost = vec![b'x'; 8 * 1024 * 1024 - 1];
        let mut held = Vec::new();
        for _ in 0..8 {
            let mut stream = head(&stage, "/", &forged, almost.len() + 1).await;
            // Where there is no room for it any more, it is cut off.
            let _ = stream.write_all(&almost).await;
            held.push(stream);
        }
        // One of Meta's that needs room, too.
        let long = "a word ".repeat(60_000);
        let event = stage.event(0, says("m_1", &long));
        stage.wing.hear(&[event]).await;
        assert_eq!(stage.message("m_1").text, long);
        drop(held);
        stage.wing.end().await;
    });
}

#[test]
fn idle_connections_do_not_shut_the_door() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let forged = format!("X-Hub-Signature-256: sha256={}\r\n", "0".repeat(64));
        let mut idle = Vec::new();
        for _ in 0..40 {
            idle.push(head(&stage, "/", &forged, 8 * 1024 * 1024).await);
        }
        // More than there are places: the oldest of them go.
        for _ in 0..300 {
            let silent = tokio::net::TcpStream::connect(stage.wing.door).await;
            idle.push(silent.expect("a connection"));
        }
        stage
            .wing
            .hear(&[stage.event(0, says("m_1", "through"))])
            .await;
        assert_eq!(stage.message("m_1").text, "through");
        stage.wing.end().await;
    });
}

#[test]
fn whoever_does_not_know_the_path_is_turned_away_on_the_head() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    runtime().block_on(async {
        let (deliver, _deliveries) = tokio::sync::mpsc::channel(1);
        let options = webhook::Options {
            listen: ([127, 0, 0, 1], 0).into(),
            secrets: Secrets::new(vec!["a secret of the app".into()]).expect("a secret"),
            verify_token: Some("a token of the handshake".into()),
            accept_sha1: false,
            path: Some("/hook/3b9f27c1".into()),
        };
        let door = webhook::Server::open(options, deliver).expect("a port");
        let address = door.address().expect("an address");
        let stop = CancellationToken::new();
        tokio::spawn(door.serve(stop.clone()));
        let handshake =
            "?hub.mode=subscribe&hub.challenge=7&hub.verify_token=a+token+of+the+handshake";
        for (path, status) in [
            ("/", "404"),
            ("/hook/3b9f27c", "404"),
            ("/hook/3b9f27c1", "200"),
        ] {
            let mut stream = tokio::net::TcpStream::connect(address)
                .await
                .expect("a connection");
            let call = format!("GET {path}{handshake} HTTP/1.1\r\nHost: x\r\n\r\n");
            stream.write_all(call.as_bytes()).await.expect("written");
            let mut answer = [0; 12];
            stream.read_exact(&mut answer).await.expect("an answer");
            assert_eq!(&answer[9..], status.as_bytes(), "{path}");
        }
        stop.cancel();
    });
}

#[test]
fn who_has_shown_a_good_signature_may_bring_the_next_call_and_nobody_else() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    runtime().block_on(async {
        let stage = Stage::new().await;
        let mut stream = tokio::net::TcpStream::connect(stage.wing.door)
            .await
            .expect("a connection");
        let body = r#"{"object":"page","entry":[]}"#;
        let good = sha256(&stage.wing.secret, body.as_bytes());
        let forged = sha256("another secret, as long", body.as_bytes());
        for (signature, status, stays) in [
            (&good, "HTTP/1.1 200", true),
            (&good, "HTTP/1.1 200", true),
            (&forged, "HTTP/1.1 401", false),
        ] {
            let call = format!(
                "POST / HTTP/1.1\r\nhost: desk\r\nx-hub-signature-256: {signature}\r\n\
                 content-length: {}\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(call.as_bytes()).await.expect("written");
            let mut answer = Vec::new();
            while !answer.ends_with(b"\r\n\r\n") {
                let read = stream.read_buf(&mut answer).await.expect("an answer");
                assert!(read > 0, "the connection was closed");
            }
            let answer = String::from_utf8(answer).expect("text");
            assert!(answer.starts_with(status), "{answer}");
            assert_eq!(!answer.contains("connection: close"), stays, "{answer}");
        }
        let rest = stream.read(&mut [0]).await;
        assert!(matches!(rest, Ok(0) | Err(_)), "it is closed");
        stage.wing.end().await;
    });
}
