//! The engine's words for why something happens, as sentences' ends.

use serde::Serialize;

/// Why an action was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Reason {
    /// The engine's word.
    pub word: String,
    /// The same for people.
    pub text: String,
}

impl Reason {
    /// Source: `action_reason` of OpenTofu 1.12 and Terraform 1.13; a word of a later engine is shown as it is.
    pub(super) fn of(word: &str) -> Self {
        let text = match word {
            "" => "",
            "replace_because_cannot_update" => "cannot be changed in place",
            "replace_because_tainted" => "tainted: its last creation failed, or somebody marked it",
            "replace_by_request" => "replacement was asked for",
            "replace_by_triggers" => "follows what replace_triggered_by names",
            "delete_because_no_resource_config" => "no longer in the configuration",
            "delete_because_no_module" => "its module is no longer in the configuration",
            "delete_because_wrong_repetition" => "count or for_each of the resource was added or removed",
            "delete_because_count_index" => "its index is beyond count",
            "delete_because_each_key" => "its key is no longer in for_each",
            "delete_because_enabled_false" => "turned off by enabled",
            "delete_because_no_move_target" => "was moved to where the configuration has nothing",
            "read_because_config_unknown" => "read during apply: its arguments are known then",
            "read_because_dependency_pending" => "read during apply: what it depends on changes first",
            "read_because_check_nested" => "read during apply, for a check",
            "forgot_because_lifecycle_destroy_in_state" | "forgot_because_lifecycle_destroy_in_config" => {
                "kept when forgotten: lifecycle says destroy = false"
            }
            other => &other.replace('_', " "),
        };
        Self {
            word: word.to_owned(),
            text: text.to_owned(),
        }
    }
}
