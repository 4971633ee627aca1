//! Bodies and connections that do harm.

use super::*;

#[test]
fn bodies_that_are_too_large_or_no_webhook_are_answered_and_harm_nothing() {
    runtime().block_on(async {
        let stage = Stage::new().await;
        let before = stage.items();
        // The door closes on it, before or after it has said why.
        let large = http()
            .post(format!("http://{}/", stage.wing.door))
            .body("x".repeat(9 * 1024 * 1024))
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

#[test]
fn idle_connections_do_not_shut_the_door() {
    use tokio::io::AsyncWriteExt;
    runtime().block_on(async {
        let stage = Stage::new().await;
        let mut idle = Vec::new();
        for _ in 0..40 {
            let mut stream = tokio::net::TcpStream::connect(stage.wing.door)
                .await
                .expect("a connection");
            let head = format!(
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n",
                8 * 1024 * 1024
            );
            stream.write_all(head.as_bytes()).await.expect("written");
            idle.push(stream);
        }
        stage
            .wing
            .hear(&[stage.event(0, says("m_1", "through"))])
            .await;
        assert_eq!(stage.message("m_1").text, "through");
        stage.wing.end().await;
    });
}
