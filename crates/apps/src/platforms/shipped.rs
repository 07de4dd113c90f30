//! The platforms that come with Slipway.

use super::model::{Images, Platform};

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shipped {
    /// Files, served as they are.
    Static,
    /// Python.
    Python,
    /// Node.js.
    Node,
    /// Go.
    Go,
}

/// All of them, with public images to build on.
#[must_use]
pub fn shipped() -> [Platform; 4] {
    Shipped::ALL.map(Shipped::platform)
}

impl Shipped {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Static, Self::Python, Self::Node, Self::Go];

    /// The one of a name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// As it is chosen.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Static => "static",
            Self::Python => "python",
            Self::Node => "node",
            Self::Go => "go",
        }
    }

    /// Its Dockerfile with the images that it builds on where nobody says others.
    #[must_use]
    pub fn platform(self) -> Platform {
        let (dockerfile, build, run) = match self {
            Self::Static => (
                include_str!("shipped/static.Dockerfile"),
                "busybox:1.37",
                "nginxinc/nginx-unprivileged:1.29-alpine",
            ),
            Self::Python => (
                include_str!("shipped/python.Dockerfile"),
                "python:3.13",
                "python:3.13-slim",
            ),
            Self::Node => (include_str!("shipped/node.Dockerfile"), "node:22", "node:22-slim"),
            Self::Go => (include_str!("shipped/go.Dockerfile"), "golang:1.26", "alpine:3.22"),
        };
        Platform {
            name: self.name().to_owned(),
            dockerfile: dockerfile.to_owned(),
            images: Images {
                build: build.to_owned(),
                run: run.to_owned(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What every platform of ours keeps of the contract, as far as its text shows it.
    #[test]
    fn shipped_platforms_keep_the_contract() {
        for platform in shipped() {
            let (name, text) = (&platform.name, &platform.dockerfile);
            for line in [
                "ARG SLIPWAY_RUN_IMAGE\n",
                "FROM ${SLIPWAY_RUN_IMAGE}\n",
                "# slipway: build hooks\n",
                "WORKDIR /home/application/current\n",
                "USER 1000:1000\n",
                "ENV PORT=8888\nEXPOSE 8888\n",
                "ENTRYPOINT []\n",
            ] {
                assert!(text.contains(line), "{name} has no line `{line}`");
            }
            assert!(!text.contains("# syntax"), "{name} would fetch an image to read it");
            let caches = text.matches("type=cache").count();
            assert_eq!(caches, text.matches("type=cache,id=slipway-app-").count(), "{name}");
            let last_user = text.lines().rfind(|line| line.starts_with("USER"));
            assert_eq!(last_user, Some("USER 1000:1000"), "{name}");
        }
    }

    #[test]
    fn each_is_found_by_its_name() {
        assert!(shipped().iter().all(|one| Shipped::of_name(&one.name).is_some()));
        assert_eq!(Shipped::of_name("cobol"), None);
    }
}
