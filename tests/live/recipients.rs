//! To whom a message goes besides a person who has written.

use super::*;
use switchboard::graph::{Error, Recipient};

#[test]
fn what_meta_still_takes_goes_out_and_a_phone_number_is_refused_with_its_reason() {
    runtime().block_on(async {
        let wing = Wing::start(None).await;
        let (_, token) = wing.simulator.app("switchboard").expect("the desk's app");
        let client = client(wing.address, &token);
        wing.deed(json!({"person": "Ana Ruiz", "do": "comments", "text": "nice", "mid": "77_1"}))
            .await;
        wing.deed(json!({"person": "Ana Ruiz", "do": "ticks", "text": "visitor-17"}))
            .await;
        let user_ref = Recipient::UserRef("visitor-17".into());
        let nobody = Recipient::UserRef("nobody".into());
        let comment = || Recipient::Comment("77_1".into());
        for (to, taken) in [
            (user_ref, true),
            (nobody, false),
            (comment(), true),
            (comment(), false),
        ] {
            let sent = client.send(&reply_to(to.clone(), "hello")).await;
            assert_eq!(sent.is_ok(), taken, "{to:?}: {sent:?}");
        }
        let calls = wing.posts().len();
        let phone = Recipient::Phone {
            number: "+1(212)555-2368".into(),
            name: Some(("Ana".into(), "Ruiz".into())),
        };
        let refused = client
            .send(&reply_to(phone, "hello"))
            .await
            .expect_err("gone");
        assert!(matches!(refused, Error::Gone(_)));
        assert!(refused.to_string().contains("pages_messaging_phone_number"));
        assert_eq!(wing.posts().len(), calls, "nothing left this computer");
        wing.end().await;
    });
}
