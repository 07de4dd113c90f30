//! The organization as a row: pure.

use sea_orm::entity::prelude::*;
use slipway_api::ids::{OrganizationId, RoleId};
use slipway_api::organizations::{NewOrganization, OrganizationChanges};
use slipway_api::{Name, Timestamp};
use slipway_kernel::grants::{Scope, Target};
use slipway_kernel::{Error, Result};

use crate::permissions::ORGANIZATION_READ;

/// An organization.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "organizations")]
pub struct Model {
    /// Its id, which never changes.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrganizationId,
    /// Its name, unique on the site.
    pub name: Name,
    /// Whom to write to.
    pub email: Option<String>,
    /// Whether it is being emptied: nothing new may be made in it.
    pub is_deleting: bool,
    /// The role that members get.
    pub default_member_role_id: Option<RoleId>,
    /// The role that new teams get.
    pub default_team_role_id: Option<RoleId>,
    /// For how many days its tokens live at most.
    pub longest_token_days: Option<i64>,
    /// Grows by one with every change.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// An organization.
pub type Organization = Model;

/// Projects, roles and tokens point here; nothing is joined.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// Names that the console's addresses have for its own pages.
const RESERVED: [&str; 4] = ["account", "admin", "components", "new"];

impl Model {
    /// A new organization.
    ///
    /// # Errors
    ///
    /// `Invalid` when a value is not acceptable.
    pub fn new(id: OrganizationId, wanted: NewOrganization, now: Timestamp) -> Result<Self> {
        Ok(Self {
            id,
            name: free(wanted.name)?,
            email: acceptable_email(wanted.email)?,
            is_deleting: false,
            default_member_role_id: None,
            default_team_role_id: None,
            longest_token_days: None,
            version: 1,
            created_at: now,
            updated_at: now,
        })
    }

    /// The organization with `changes`, one version further. The default roles are looked up by the service.
    ///
    /// # Errors
    ///
    /// `Conflict` while it is being deleted, `Invalid` when a value is not acceptable.
    pub fn changed(&self, changes: OrganizationChanges, now: Timestamp) -> Result<Self> {
        self.require_usable()?;
        if changes.longest_token_days == Some(Some(0)) {
            return Err(Error::invalid(
                "/data/attributes/longest-token-days",
                "Tokens live for at least one day; null lets them live for any time.",
            ));
        }
        Ok(Self {
            longest_token_days: match changes.longest_token_days {
                Some(days) => days.map(i64::from),
                None => self.longest_token_days,
            },
            name: match changes.name {
                // One from before a name was reserved may go on with it.
                Some(name) if name != self.name => free(name)?,
                _ => self.name.clone(),
            },
            email: match changes.email {
                Some(email) => acceptable_email(email)?,
                None => self.email.clone(),
            },
            version: self.version + 1,
            updated_at: now,
            ..self.clone()
        })
    }

    /// The organization on its way out. `contents` are the kinds of what is in it, with their numbers.
    ///
    /// # Errors
    ///
    /// `Conflict` while it has workspaces, or when it is being deleted already.
    pub fn deleted(&self, contents: &[(String, u64)], now: Timestamp) -> Result<Self> {
        self.require_usable()?;
        if contents.iter().any(|(kind, _)| kind == "workspace") {
            let what = in_words(contents);
            return Err(Error::conflict(format!(
                "The organization \"{}\" still has {what}. Destroy what its workspaces manage and delete them first.",
                self.name
            )));
        }
        Ok(Self {
            is_deleting: true,
            version: self.version + 1,
            updated_at: now,
            ..self.clone()
        })
    }

    /// Refuses to make anything new in an organization that is being deleted.
    ///
    /// # Errors
    ///
    /// `Conflict`.
    pub fn require_usable(&self) -> Result<()> {
        if self.is_deleting {
            return Err(Error::conflict(format!(
                "The organization \"{}\" is being deleted; nothing in it can be made or changed any more.",
                self.name
            )));
        }
        Ok(())
    }
}

/// What authorization asks about an organization.
#[must_use]
pub fn target(organization: &Organization) -> Target<'static> {
    Target {
        kind: "organization",
        name: organization.name.to_string().into(),
        scope: Scope::organization(organization.id),
        read: ORGANIZATION_READ,
    }
}

/// The name, unless the console needs it.
fn free(name: Name) -> Result<Name> {
    if RESERVED
        .iter()
        .any(|reserved| name.as_str().eq_ignore_ascii_case(reserved))
    {
        return Err(Error::invalid(
            "/data/attributes/name",
            format!("The console has a page of its own at \"{name}\"; choose another name."),
        ));
    }
    Ok(name)
}

/// `2 projects and 1 workspace`.
fn in_words(contents: &[(String, u64)]) -> String {
    let words: Vec<String> = contents
        .iter()
        .map(|(kind, count)| format!("{count} {kind}{}", if *count == 1 { "" } else { "s" }))
        .collect();
    words.join(", ")
}

/// Mail addresses are only shown and written to, so a rough check finds the slips and refuses nobody.
pub(crate) fn acceptable_email(email: Option<String>) -> Result<Option<String>> {
    let Some(email) = email.filter(|email| !email.is_empty()) else {
        return Ok(None);
    };
    let has_at = email
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    let is_plain = !email
        .chars()
        .any(|letter| letter.is_whitespace() || letter.is_control());
    if has_at && is_plain && email.len() <= 200 {
        return Ok(Some(email));
    }
    Err(Error::invalid(
        "/data/attributes/email",
        "This is no mail address; write it as name@example.org.",
    ))
}

#[cfg(test)]
mod tests {
    use slipway_api::Code;

    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_763_680_000_000);

    fn organization() -> Organization {
        let wanted = NewOrganization {
            name: "acme".parse().unwrap(),
            email: Some("it@acme.example".to_owned()),
        };
        Organization::new(OrganizationId::from_parts(NOW.unix_ms(), 1), wanted, NOW).unwrap()
    }

    #[test]
    fn what_a_change_does_not_mention_stays() {
        let changes = OrganizationChanges {
            name: Some("acme-inc".parse().unwrap()),
            ..OrganizationChanges::default()
        };
        let changed = organization().changed(changes, NOW).unwrap();
        assert_eq!(changed.name.as_str(), "acme-inc");
        assert_eq!(changed.email.as_deref(), Some("it@acme.example"));
        assert_eq!(changed.version, 2);
    }

    #[test]
    fn names_of_the_consoles_pages_are_refused_and_kept_where_they_are() {
        let named = |name: &str| NewOrganization {
            name: name.parse().unwrap(),
            email: None,
        };
        let renamed = |name: &str| OrganizationChanges {
            name: Some(name.parse().unwrap()),
            ..OrganizationChanges::default()
        };
        let id = OrganizationId::from_parts(NOW.unix_ms(), 1);
        for name in ["account", "admin", "Admin", "components", "new"] {
            let refused = Organization::new(id, named(name), NOW).unwrap_err();
            assert_eq!(refused.code(), Code::Invalid, "{name}");
            assert!(organization().changed(renamed(name), NOW).is_err(), "{name}");
            let older = Organization {
                name: name.parse().unwrap(),
                ..organization()
            };
            assert!(older.changed(renamed(name), NOW).is_ok(), "{name}");
        }
        assert!(Organization::new(id, named("accounting"), NOW).is_ok());
    }

    #[test]
    fn null_clears_and_nonsense_is_refused() {
        let with = |email: &str| OrganizationChanges {
            email: Some(Some(email.to_owned())),
            ..OrganizationChanges::default()
        };
        assert_eq!(organization().changed(with(""), NOW).unwrap().email, None);
        for email in ["acme", "@acme", "a@", "a b@c", "a@b\n"] {
            assert_eq!(
                organization().changed(with(email), NOW).unwrap_err().code(),
                Code::Invalid,
                "{email:?}"
            );
        }
    }

    #[test]
    fn workspaces_keep_an_organization_and_the_refusal_says_what_is_in_it() {
        let contents = [("project".to_owned(), 1), ("workspace".to_owned(), 2)];
        let error = organization().deleted(&contents, NOW).unwrap_err();
        assert_eq!(error.code(), Code::Conflict);
        assert!(error.detail().contains("1 project, 2 workspaces"), "{}", error.detail());
        assert!(organization().deleted(&contents[..1], NOW).unwrap().is_deleting);
    }

    #[test]
    fn nothing_changes_while_it_is_being_deleted() {
        let deleting = organization().deleted(&[], NOW).unwrap();
        assert!(deleting.require_usable().is_err());
        assert!(deleting.changed(OrganizationChanges::default(), NOW).is_err());
        assert!(deleting.deleted(&[], NOW).is_err());
    }
}
