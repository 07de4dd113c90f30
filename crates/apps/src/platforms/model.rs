//! A platform, and the images that it builds on.

/// How source becomes an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Platform {
    /// As it is chosen. A platform with the name of a shipped one takes its place, with what Slipway knows about its language.
    pub name: String,
    /// Its Dockerfile.
    pub dockerfile: String,
    /// What it builds on.
    pub images: Images,
}

/// The images that a platform builds on: settings, so that machines without internet use their own. None is given to a Dockerfile
/// where it is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Images {
    /// In which it builds: `SLIPWAY_BUILD_IMAGE`.
    pub build: String,
    /// In which the app runs: `SLIPWAY_RUN_IMAGE`.
    pub run: String,
}

impl Images {
    /// One image for both.
    #[must_use]
    pub fn same(image: &str) -> Self {
        Self {
            build: image.to_owned(),
            run: image.to_owned(),
        }
    }
}
