//! Whom the customer sees writing.

/// A person of the Page with a name and a picture ("Personas"; Messenger only).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Persona {
    /// The name, raw.
    pub name: String,
    /// Where the picture is.
    pub picture: String,
}
