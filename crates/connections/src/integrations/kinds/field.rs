//! What a kind and its fields are.

/// A kind of outside system.
#[derive(Debug)]
pub struct Kind {
    /// On the wire: `google-cloud`.
    pub word: &'static str,
    /// For people: "Google Cloud".
    pub title: &'static str,
    /// What it is for, in a sentence.
    pub description: &'static str,
    /// What it is one of.
    pub group: Group,
    /// Ways to get in; the first is the default.
    pub methods: &'static [Method],
    /// The fields of its form, in their order.
    pub fields: &'static [Field],
}

/// What kinds are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// A cloud or a service that runs work with.
    Cloud,
    /// A Git forge.
    Forge,
    /// A registry for images.
    Registry,
    /// Where messages go.
    Chat,
}

impl Group {
    /// On the wire.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Cloud => "cloud",
            Self::Forge => "forge",
            Self::Registry => "registry",
            Self::Chat => "chat",
        }
    }
}

/// A way to get in.
#[derive(Debug)]
pub struct Method {
    /// On the wire: `access-keys`.
    pub word: &'static str,
    /// For people: "Access keys".
    pub title: &'static str,
    /// What it means, in a sentence.
    pub description: &'static str,
    /// Whether each run proves itself with a token of our own issuer, and nothing is stored.
    pub is_workload_identity: bool,
    /// Whether somebody has to allow it in a browser.
    pub is_by_browser: bool,
}

impl Method {
    /// A way with something that is stored.
    #[must_use]
    pub const fn new(word: &'static str, title: &'static str, description: &'static str) -> Self {
        Self {
            word,
            title,
            description,
            is_workload_identity: false,
            is_by_browser: false,
        }
    }

    /// Workload identity.
    #[must_use]
    pub const fn workload_identity(description: &'static str) -> Self {
        Self {
            is_workload_identity: true,
            ..Self::new("workload-identity", "Workload identity", description)
        }
    }

    /// The same, allowed in a browser.
    #[must_use]
    pub const fn by_browser(mut self) -> Self {
        self.is_by_browser = true;
        self
    }
}

/// A field of a form.
#[derive(Debug)]
pub struct Field {
    /// On the wire: `role-arn`.
    pub name: &'static str,
    /// For people: "Role ARN".
    pub title: &'static str,
    /// What to write there and where to find it.
    pub description: &'static str,
    /// What it looks like.
    pub form: Form,
    /// Whether it is sealed and never shown.
    pub is_secret: bool,
    /// Whether it must be there, with the methods that it is for.
    pub is_required: bool,
    /// The methods that it must be there for, where not for all of its own.
    pub required_of: &'static [&'static str],
    /// What it is when nothing is said.
    pub default: Option<&'static str>,
    /// The methods that it is for; all when empty.
    pub methods: &'static [&'static str],
    /// Whether it decides which system the secrets are shown to: with another value, they must be given anew.
    pub leads: bool,
}

/// What a field looks like.
#[derive(Debug, Clone, Copy)]
pub enum Form {
    /// One line.
    Text,
    /// Several lines: a key, a certificate, a file.
    Lines,
    /// A private key in OpenSSH or PEM form, without a passphrase.
    PrivateKey,
    /// The address of a web server, without user, query and fragment.
    Address,
    /// One line that matches this pattern as a whole, as the example does.
    Pattern(&'static str, &'static str),
    /// A whole number in this range.
    Number(u32, u32),
    /// One of these words, each with a title.
    Choice(&'static [(&'static str, &'static str)]),
    /// Names of environment variables with values.
    Values,
}

impl Kind {
    /// The way of this word.
    #[must_use]
    pub fn method(&self, word: &str) -> Option<&'static Method> {
        self.methods.iter().find(|method| method.word == word)
    }

    /// The fields of a way, in their order.
    pub fn fields_of<'a>(&'a self, method: &'a str) -> impl Iterator<Item = &'static Field> + 'a {
        let is_of = move |field: &&Field| field.methods.is_empty() || field.methods.contains(&method);
        self.fields.iter().filter(is_of)
    }
}

impl Field {
    /// An optional line.
    #[must_use]
    pub const fn new(name: &'static str, title: &'static str, description: &'static str) -> Self {
        Self {
            name,
            title,
            description,
            form: Form::Text,
            is_secret: false,
            is_required: false,
            required_of: &[],
            default: None,
            methods: &[],
            leads: false,
        }
    }

    /// In another form.
    #[must_use]
    pub const fn form(mut self, form: Form) -> Self {
        self.form = form;
        self
    }

    /// The address of a server that secrets are shown to.
    #[must_use]
    pub const fn server(mut self) -> Self {
        self.form = Form::Address;
        self.leads = true;
        self
    }

    /// Deciding where secrets go.
    #[must_use]
    pub const fn leading(mut self) -> Self {
        self.leads = true;
        self
    }

    /// Sealed, never shown.
    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.is_secret = true;
        self
    }

    /// Of several lines.
    #[must_use]
    pub const fn lines(mut self) -> Self {
        self.form = Form::Lines;
        self
    }

    /// Never absent.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    /// Never absent with these methods.
    #[must_use]
    pub const fn required_of(mut self, methods: &'static [&'static str]) -> Self {
        self.required_of = methods;
        self
    }

    /// Whether it must be there with this method.
    #[must_use]
    pub fn is_required_with(&self, method: &str) -> bool {
        self.is_required || self.required_of.contains(&method)
    }

    /// What it is when nothing is said.
    #[must_use]
    pub const fn default(mut self, value: &'static str) -> Self {
        self.default = Some(value);
        self
    }

    /// For these methods only.
    #[must_use]
    pub const fn of(mut self, methods: &'static [&'static str]) -> Self {
        self.methods = methods;
        self
    }
}
