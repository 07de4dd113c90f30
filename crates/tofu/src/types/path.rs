//! Where inside of a value something is.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One step into a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// An attribute of an object.
    Attribute(String),
    /// A key of a map.
    Key(String),
    /// A zero-based place in a list, set or tuple.
    Index(usize),
    /// Every element of a list, set or map.
    Each,
}

/// Steps from the whole value inwards; empty for the whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Path(pub Vec<Step>);

impl Path {
    /// The path one step further in.
    pub(crate) fn with(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// As JSON pointer (RFC 6901); [`Step::Each`] is `*`.
    #[must_use]
    pub fn pointer(&self) -> String {
        let escaped = |name: &String| name.replace('~', "~0").replace('/', "~1");
        let parts = self.0.iter().map(|step| match step {
            Step::Attribute(name) | Step::Key(name) => format!("/{}", escaped(name)),
            Step::Index(index) => format!("/{index}"),
            Step::Each => "/*".to_owned(),
        });
        parts.collect()
    }
}

/// As people write it in code: `.rules[0]["a"]`.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.0 {
            match step {
                Step::Attribute(name) => write!(f, ".{name}")?,
                Step::Key(name) => write!(f, "[{}]", crate::variables::quoted(name))?,
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Each => f.write_str("[*]")?,
            }
        }
        Ok(())
    }
}
