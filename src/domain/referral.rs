//! How a customer came into a thread, as far as Meta says (webhook reference,
//! "messaging_referrals": by itself, inside a message, inside a tapped button).

/// How a customer came. Members that Meta did not send are empty; all raw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Referral {
    /// `SHORTLINK`, `ADS`, `PRODUCT` …
    pub source: String,
    /// The reference in the link.
    pub reference: String,
    /// What the advertisement is called.
    pub ad_title: String,
    /// Its id.
    pub ad_id: String,
    /// The id of the product they looked at.
    pub product: String,
}

impl Referral {
    /// In words, raw: `came by an advertisement · Winter lamps · ad 6070`.
    pub fn words(&self) -> String {
        let product = !self.product.is_empty();
        let by = match self.source.as_str() {
            "ADS" => "came from an ad",
            "PRODUCT" => "came from a product",
            _ if product => "came from a product",
            _ => "came from a link",
        };
        let mut words = vec![by.to_owned()];
        let told = [
            self.ad_title.clone(),
            self.reference.clone(),
            named("product", &self.product),
            named("ad", &self.ad_id),
        ];
        words.extend(told.into_iter().filter(|word| !word.is_empty()));
        words.join(" · ")
    }
}

fn named(what: &str, id: &str) -> String {
    match id {
        "" => String::new(),
        id => format!("{what} {id}"),
    }
}
