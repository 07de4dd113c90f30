//! What a volume plan may say, and what stands behind a volume of it: pure.

use slipway_api::jsonapi::ErrorSource;
use slipway_api::pools::ClusterDriver;
use slipway_api::volumes::{VolumeKind, VolumeSettings};
use slipway_kernel::errors::FieldError;
use slipway_kernel::{Error, Result};

use crate::clusters::mounts::Storage;

/// Longest text in it.
const LONGEST: usize = 200;
/// Most options of a driver.
const OPTIONS: usize = 20;
/// The least that a claim of storage can ask for, in bytes.
const LEAST: u64 = 1 << 20;

/// The only kind of cluster that has volumes of a kind.
#[must_use]
pub const fn driver(kind: VolumeKind) -> ClusterDriver {
    match kind {
        VolumeKind::Engine | VolumeKind::HostPath => ClusterDriver::Docker,
        VolumeKind::Persistent | VolumeKind::Ephemeral => ClusterDriver::Kubernetes,
    }
}

/// Whether volumes of a kind have a size.
#[must_use]
pub const fn has_size(kind: VolumeKind) -> bool {
    matches!(kind, VolumeKind::Persistent | VolumeKind::Ephemeral)
}

/// Whether only the site's administrators may make such a plan: it reaches what is on the machine.
#[must_use]
pub fn is_for_site(kind: VolumeKind, settings: &VolumeSettings) -> bool {
    kind == VolumeKind::HostPath || settings.driver.is_some() || !settings.options.is_empty()
}

/// Checks what a plan says.
///
/// # Errors
///
/// `Invalid`, with every field at fault.
pub fn check(kind: VolumeKind, settings: &VolumeSettings) -> Result<()> {
    let mut problems = Vec::new();
    let mut refuse = |field: &str, detail: String| {
        problems.push(FieldError {
            source: ErrorSource {
                pointer: Some(format!("/data/attributes/settings/{field}")),
                parameter: None,
            },
            detail,
        });
    };
    let given = [
        ("driver", settings.driver.is_some(), kind == VolumeKind::Engine),
        ("options", !settings.options.is_empty(), kind == VolumeKind::Engine),
        ("path", settings.path.is_some(), kind == VolumeKind::HostPath),
        ("is-parent", settings.is_parent, kind == VolumeKind::HostPath),
        (
            "storage-class",
            settings.storage_class.is_some(),
            kind == VolumeKind::Persistent,
        ),
        ("access", settings.access.is_some(), kind == VolumeKind::Persistent),
        ("is-in-memory", settings.is_in_memory, kind == VolumeKind::Ephemeral),
        ("size", settings.size.is_some(), has_size(kind)),
    ];
    for (field, is_given, is_known) in given {
        if is_given && !is_known {
            refuse(field, format!("A plan of the kind {} has no {field}.", kind.as_str()));
        }
    }
    let is_short = |text: &String| !text.is_empty() && text.len() <= LONGEST && !text.chars().any(char::is_control);
    if settings.driver.as_ref().is_some_and(|driver| !is_short(driver)) {
        refuse("driver", format!("The name of a driver has 1 to {LONGEST} characters."));
    }
    let mut texts = settings.options.iter().flat_map(|(key, value)| [key, value]);
    if settings.options.len() > OPTIONS || !texts.all(&is_short) {
        refuse(
            "options",
            format!("At most {OPTIONS} options, each name and value of 1 to {LONGEST} characters."),
        );
    }
    match (kind, &settings.path) {
        (VolumeKind::HostPath, None) => refuse("path", "Name the folder of the machine.".to_owned()),
        (VolumeKind::HostPath, Some(path)) if !is_path(path) => refuse("path", PATH.to_owned()),
        _ => {}
    }
    let is_class = |class: &String| {
        is_short(class)
            && class
                .chars()
                .all(|one| one.is_ascii_alphanumeric() || "-.".contains(one))
    };
    if settings.storage_class.as_ref().is_some_and(|class| !is_class(class)) {
        refuse(
            "storage-class",
            "This is no name of a StorageClass, as in `kubectl get storageclass`.".to_owned(),
        );
    }
    if has_size(kind) && settings.size.is_some_and(|size| !is_size(size)) {
        refuse("size", SIZE.to_owned());
    }
    match problems.is_empty() {
        true => Ok(()),
        false => Err(Error::invalid_fields(problems)),
    }
}

/// What a path has to be, for who gave another.
pub const PATH: &str = "A path begins with `/`, names a folder, and has letters, digits and ._- between its slashes; no part of it is `.` or `..`.";
/// What a size has to be, for who gave another.
pub const SIZE: &str = "A size is at least 1 MiB (1048576 bytes).";

/// Whether a text is a path from the root that leads nowhere else.
#[must_use]
pub fn is_path(path: &str) -> bool {
    path.len() <= LONGEST
        && path
            .strip_prefix('/')
            .is_some_and(|parts| parts.split('/').all(is_folder))
}

/// Whether a text is the name of a folder.
#[must_use]
pub fn is_folder(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    !name.is_empty() && name.len() <= 100 && name != "." && name != ".." && name.bytes().all(is_plain)
}

/// Whether so much can be asked for.
#[must_use]
pub fn is_size(bytes: u64) -> bool {
    bytes >= LEAST && i64::try_from(bytes).is_ok()
}

/// What stands behind a volume of a plan, with what the volume says itself.
#[must_use]
pub fn storage(kind: VolumeKind, settings: &VolumeSettings, size: Option<u64>, folder: Option<&str>) -> Storage {
    let size = size.or(settings.size);
    match kind {
        VolumeKind::Engine => Storage::Engine {
            driver: settings.driver.clone().unwrap_or_default(),
            options: settings.options.clone(),
        },
        VolumeKind::HostPath => {
            let path = settings.path.clone().unwrap_or_default();
            Storage::HostPath {
                path: match folder {
                    Some(folder) => format!("{path}/{folder}"),
                    None => path,
                },
            }
        }
        VolumeKind::Persistent => Storage::Persistent {
            class: settings.storage_class.clone(),
            access: settings.access.unwrap_or_default(),
            size: size.unwrap_or(LEAST),
        },
        VolumeKind::Ephemeral => Storage::Ephemeral {
            is_in_memory: settings.is_in_memory,
            size,
        },
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("/srv/data", true)]
    #[case("/data", true)]
    #[case("/", false)]
    #[case("", false)]
    #[case("srv/data", false)]
    #[case("/srv/../etc", false)]
    #[case("/srv/./data", false)]
    #[case("/srv//data", false)]
    #[case("/srv/data/", false)]
    #[case("/srv/a:b", false)]
    #[case("/srv/a b", false)]
    #[case("/srv/a\0b", false)]
    fn paths(#[case] path: &str, #[case] is_one: bool) {
        assert_eq!(is_path(path), is_one);
    }

    #[rstest]
    #[case("shop", true)]
    #[case("..", false)]
    #[case("a/b", false)]
    #[case("", false)]
    fn folders(#[case] name: &str, #[case] is_one: bool) {
        assert_eq!(is_folder(name), is_one);
    }

    #[test]
    fn what_reaches_the_machine_is_for_the_site() {
        let plain = VolumeSettings::default();
        let bound = VolumeSettings {
            options: BTreeMap::from([("device".to_owned(), "/etc".to_owned())]),
            ..VolumeSettings::default()
        };
        assert!(!is_for_site(VolumeKind::Engine, &plain));
        assert!(is_for_site(VolumeKind::Engine, &bound));
        assert!(is_for_site(VolumeKind::HostPath, &plain));
        assert!(!is_for_site(VolumeKind::Persistent, &plain));
    }

    #[test]
    fn what_a_kind_does_not_have_is_refused_with_its_field() {
        let settings = VolumeSettings {
            path: Some("/srv/..".to_owned()),
            size: Some(10),
            ..VolumeSettings::default()
        };
        let fields = |kind| {
            let error = check(kind, &settings).unwrap_err();
            let fields = error.fields().iter();
            let fields =
                fields.filter_map(|field| field.source.pointer.as_deref()?.rsplit('/').next().map(str::to_owned));
            fields.collect::<Vec<_>>()
        };
        assert_eq!(fields(VolumeKind::Engine), ["path", "size"]);
        assert_eq!(fields(VolumeKind::HostPath), ["size", "path"]);
        assert_eq!(fields(VolumeKind::Ephemeral), ["path", "size"]);
        assert!(check(VolumeKind::Persistent, &VolumeSettings::default()).is_ok());
    }

    #[test]
    fn a_volume_says_its_own_size_and_folder() {
        let settings = VolumeSettings {
            path: Some("/srv".to_owned()),
            ..VolumeSettings::default()
        };
        let found = storage(VolumeKind::HostPath, &settings, None, Some("shop"));
        assert_eq!(
            found,
            Storage::HostPath {
                path: "/srv/shop".to_owned()
            }
        );
        let found = storage(VolumeKind::Ephemeral, &VolumeSettings::default(), Some(LEAST), None);
        assert!(matches!(found, Storage::Ephemeral { size: Some(LEAST), .. }));
    }
}
