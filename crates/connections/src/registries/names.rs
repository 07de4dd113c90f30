//! Names of images, as every engine reads them: pure.

/// Whom names without a registry mean.
pub const USUAL: &str = "docker.io";

/// An image's name in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageName {
    /// As people wrote it, without tag and digest.
    pub name: String,
    /// Its registry, as names have it: `registry.example.test:5000`, `docker.io`.
    pub registry: String,
    /// Its path there.
    pub repository: String,
    /// A tag or a digest.
    pub reference: String,
}

impl ImageName {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// What it should look like, in words.
    pub fn read(image: &str) -> Result<Self, String> {
        let (name, digest) = match image.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (image, None),
        };
        // A colon before the last slash is that of a port.
        let (name, tag) = match name.rsplit_once(':') {
            Some((before, tag)) if !tag.contains('/') => (before, Some(tag)),
            _ => (name, None),
        };
        let is_host = |first: &str| first.contains(['.', ':']) || first == "localhost";
        let (registry, repository) = match name.split_once('/') {
            Some((first, path)) if is_host(first) => (first, path.to_owned()),
            Some(_) => (USUAL, name.to_owned()),
            None => (USUAL, format!("library/{name}")),
        };
        let fits = |text: &str| {
            let is_fine = |character: char| character.is_ascii_alphanumeric() || "._-/:".contains(character);
            text.split('/').all(|part| !part.is_empty()) && text.chars().all(is_fine) && !text.contains("..")
        };
        let reference = digest.or(tag).unwrap_or("latest");
        if ![registry, &repository, reference].into_iter().all(fits) {
            return Err(format!(
                "\"{image}\" is no name of an image: it looks like registry.example.com/team/app:1.0"
            ));
        }
        Ok(Self {
            name: name.to_owned(),
            registry: registry.to_owned(),
            repository,
            reference: reference.to_owned(),
        })
    }
}

/// Where a registry is asked.
#[must_use]
pub fn host(registry: &str) -> &str {
    match registry {
        USUAL => "registry-1.docker.io",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("busybox", "busybox docker.io library/busybox latest")]
    #[case("team/app:1.0", "team/app docker.io team/app 1.0")]
    #[case("docker.io/team/app", "docker.io/team/app docker.io team/app latest")]
    #[case("127.0.0.1:5000/app", "127.0.0.1:5000/app 127.0.0.1:5000 app latest")]
    #[case("r.example.test/a/b:2@sha256:ab", "r.example.test/a/b r.example.test a/b sha256:ab")]
    fn names_are_read_as_engines_read_them(#[case] image: &str, #[case] parts: &str) {
        let ImageName {
            name,
            registry,
            repository,
            reference,
        } = ImageName::read(image).unwrap();
        assert_eq!(format!("{name} {registry} {repository} {reference}"), parts);
    }

    #[test]
    fn what_is_no_name_is_asked_nowhere() {
        for image in ["", "a b", "r.example.test/../x", "r.example.test/?x", "@sha256:ab"] {
            assert!(ImageName::read(image).is_err(), "{image}");
        }
        assert_eq!(
            (host("docker.io"), host("r.example.test")),
            ("registry-1.docker.io", "r.example.test")
        );
    }
}
