//! The few elements that AWS's answers are read for: STS and S3 write small documents of their own, without attributes on what
//! is asked for, and without sections.

/// The text of the first element of this name.
pub(crate) fn element(xml: &str, name: &str) -> Option<String> {
    elements(xml, name).next()
}

/// The texts of all elements of this name, in their order. One inside another of the same name is not found.
pub(crate) fn elements<'a>(xml: &'a str, name: &str) -> impl Iterator<Item = String> + use<'a> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let mut rest = xml;
    std::iter::from_fn(move || {
        let (_, after) = rest.split_once(&open)?;
        let (text, after) = after.split_once(&close)?;
        rest = after;
        Some(plain(text.trim()))
    })
}

/// The text as an element holds it.
pub(crate) fn escaped(text: &str) -> String {
    ENTITIES
        .iter()
        .rev()
        .fold(text.to_owned(), |text, (entity, letter)| text.replace(letter, entity))
}

/// The ampersand is last: what it is part of was read before.
const ENTITIES: [(&str, &str); 5] = [
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&apos;", "'"),
    ("&amp;", "&"),
];

fn plain(text: &str) -> String {
    ENTITIES
        .iter()
        .fold(text.to_owned(), |text, (entity, letter)| text.replace(entity, letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_found_and_entities_are_letters() {
        let xml = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>a &lt;b&gt; &amp;amp;</Message></Error></ErrorResponse>";
        assert_eq!(element(xml, "Code").unwrap(), "AccessDenied");
        assert_eq!(element(xml, "Message").unwrap(), "a <b> &amp;");
        assert!(element(xml, "Arn").is_none());
        assert!(element("<Arn>", "Arn").is_none());
        let many = "<Tag><Key>a</Key></Tag><Tag><Key> b</Key></Tag>";
        assert_eq!(elements(many, "Key").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(plain(&escaped("a <b> &amp; \"c\"")), "a <b> &amp; \"c\"");
    }
}
