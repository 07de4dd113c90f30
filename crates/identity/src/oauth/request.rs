//! What clients ask for, and whether that can be answered: pure.

use slipway_kernel::Error;
use url::{Host, Url, form_urlencoded};

use crate::openid::pkce;

/// The only client so far: the command line. It is public (it can keep no secret), so it shows who it is by nothing.
pub const COMMAND_LINE: &str = "slipway-cli";
/// Characters of a machine's name that are shown.
const MOST_CHARACTERS: usize = 60;

/// The parameters of a request, each at most once (RFC 6749, section 3.1).
#[derive(Default)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Reads a query or a form; none when a parameter is there twice.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        let pairs: Vec<(String, String)> = form_urlencoded::parse(text).into_owned().collect();
        let is_twice = |index: usize, name: &str| pairs.iter().take(index).any(|(other, _)| other == name);
        let is_clear = !pairs.iter().enumerate().any(|(index, (name, _))| is_twice(index, name));
        is_clear.then_some(Self(pairs))
    }

    /// The value of a parameter; an empty one is as good as none.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// Some of the parameters again, as a query.
    #[must_use]
    pub fn query(&self, names: &[&str]) -> String {
        let kept = self.0.iter().filter(|(name, _)| names.contains(&name.as_str()));
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(kept.map(|(name, value)| (name, value)))
            .finish()
    }
}

/// What a client asks a user for, in the browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Who asks.
    pub client_id: String,
    /// Where the answer goes: a port of this machine.
    pub redirect_uri: Url,
    /// The address as it was sent, which the exchange must repeat.
    pub redirect_text: String,
    /// What the answer must repeat.
    pub state: Option<String>,
    /// What the code is bound to.
    pub challenge: String,
    /// What the token will be described as.
    pub description: String,
}

/// Why nobody can be asked.
pub enum Wrong {
    /// It is not known who asks, or where the answer may go: the user is told, nobody else.
    Page(Error),
    /// The client is told, with the user's browser.
    Client(Url),
}

impl Asked {
    /// The parameters that make it.
    pub const PARAMETERS: [&'static str; 8] = [
        "response_type",
        "client_id",
        "redirect_uri",
        "state",
        "code_challenge",
        "code_challenge_method",
        "scope",
        "device_name",
    ];

    /// Reads what a client asks for.
    ///
    /// # Errors
    ///
    /// Whom to tell what is wrong.
    pub fn read(form: &Form, issuer: &str) -> Result<Self, Wrong> {
        if form.get("client_id") != Some(COMMAND_LINE) {
            return Err(page(
                "It is not known which program asks (client_id). Update it, or start it again.",
            ));
        }
        let redirect_text = form.get("redirect_uri").unwrap_or_default();
        let Some(redirect_uri) = loopback(redirect_text) else {
            return Err(page(
                "The answer would go to an address that is not this computer's own (redirect_uri), so nothing was given. \
                 If you did not start `slipway login` yourself, somebody may be trying to get into your account.",
            ));
        };
        let state = form.get("state").map(str::to_owned);
        let asked = Self {
            client_id: COMMAND_LINE.to_owned(),
            redirect_uri,
            redirect_text: redirect_text.to_owned(),
            state,
            challenge: form.get("code_challenge").unwrap_or_default().to_owned(),
            description: description(form.get("device_name")),
        };
        let wrong = |error: &str, why: &str| Err(Wrong::Client(asked.refusal(issuer, error, why)));
        if form.get("response_type") != Some("code") {
            return wrong("unsupported_response_type", "Only the response type code is supported.");
        }
        if form.get("code_challenge_method") != Some("S256") || !pkce::is_challenge(&asked.challenge) {
            return wrong("invalid_request", "A code challenge with the method S256 is needed.");
        }
        Ok(asked)
    }

    /// Where the browser goes with a code.
    #[must_use]
    pub fn answer(&self, issuer: &str, code: &str) -> Url {
        self.with(issuer, &[("code", code)])
    }

    /// Where the browser goes without one.
    #[must_use]
    pub fn refusal(&self, issuer: &str, error: &str, why: &str) -> Url {
        self.with(issuer, &[("error", error), ("error_description", why)])
    }

    fn with(&self, issuer: &str, pairs: &[(&str, &str)]) -> Url {
        let mut url = self.redirect_uri.clone();
        url.query_pairs_mut()
            .extend_pairs(pairs)
            .extend_pairs(self.state.iter().map(|state| ("state", state)))
            // RFC 9207: the client compares it with whom it asked.
            .append_pair("iss", issuer);
        url
    }
}

/// Why no token is given, as clients understand it (RFC 6749, section 5.2).
#[derive(Debug)]
pub enum GrantError {
    /// The client's affair: an error of the standards and a sentence.
    Refused(&'static str, String),
    /// Ours.
    Failed(Error),
}

impl GrantError {
    /// A refusal.
    pub fn refused(error: &'static str, description: impl Into<String>) -> Self {
        Self::Refused(error, description.into())
    }
}

impl From<Error> for GrantError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// What a token is described as that was asked for on a machine of this name. The name is the machine's own claim.
#[must_use]
pub fn description(machine: Option<&str>) -> String {
    let is_shown = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
    let name: String = machine
        .unwrap_or_default()
        .chars()
        .filter(is_shown)
        .take(MOST_CHARACTERS)
        .collect();
    match name.as_str() {
        "" => "slipway login".to_owned(),
        name => format!("slipway login on {name}"),
    }
}

/// The address, if it is one of this machine's own, by number: `localhost` may be made to lead elsewhere (RFC 8252,
/// section 8.3).
fn loopback(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_loopback = match url.host()? {
        Host::Ipv4(address) => address == std::net::Ipv4Addr::LOCALHOST,
        Host::Ipv6(address) => address == std::net::Ipv6Addr::LOCALHOST,
        Host::Domain(_) => false,
    };
    let is_plain = url.scheme() == "http" && url.username().is_empty() && url.password().is_none();
    let has_less = url.fragment().is_none() && url.query().is_none();
    (is_loopback && is_plain && has_less && url.port().is_some() && text.len() <= 200).then_some(url)
}

fn page(text: &str) -> Wrong {
    Wrong::Page(Error::malformed(text))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const ISSUER: &str = "https://slipway.example.org";

    fn query(redirect: &str, more: &str) -> String {
        let redirect: String = form_urlencoded::byte_serialize(redirect.as_bytes()).collect();
        format!("client_id=slipway-cli&redirect_uri={redirect}&state=s+1{more}")
    }

    const GOOD: &str = "&response_type=code&code_challenge_method=S256\
        &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&device_name=ada%27s+laptop";

    fn read(text: &str) -> Result<Asked, Wrong> {
        Asked::read(&Form::parse(text.as_bytes()).unwrap(), ISSUER)
    }

    #[test]
    fn the_answer_goes_to_this_machine_with_state_and_issuer() {
        let asked = read(&query("http://127.0.0.1:4711/callback", GOOD)).ok().unwrap();
        assert_eq!(asked.description, "slipway login on adaslaptop");
        assert_eq!(
            asked.answer(ISSUER, "c").as_str(),
            "http://127.0.0.1:4711/callback?code=c&state=s+1&iss=https%3A%2F%2Fslipway.example.org"
        );
    }

    #[rstest]
    #[case("https://127.0.0.1:4711/")]
    #[case("http://localhost:4711/")]
    #[case("http://127.0.0.1.evil.example:4711/")]
    #[case("http://127.0.0.1@evil.example:4711/")]
    #[case("http://evil.example:4711/127.0.0.1")]
    #[case("http://127.0.0.1:4711/#x")]
    #[case("http://127.0.0.1:4711/?code=mine")]
    #[case("http://127.0.0.1/")]
    #[case("javascript:alert(1)")]
    #[case("//127.0.0.1:1")]
    #[case("")]
    fn an_answer_never_goes_elsewhere(#[case] redirect: &str) {
        assert!(
            matches!(read(&query(redirect, GOOD)), Err(Wrong::Page(_))),
            "{redirect}"
        );
    }

    #[rstest]
    #[case("&response_type=token", "unsupported_response_type")]
    #[case("&response_type=code", "invalid_request")]
    #[case(
        "&response_type=code&code_challenge=abc&code_challenge_method=plain",
        "invalid_request"
    )]
    #[case(
        "&response_type=code&code_challenge=abc&code_challenge_method=S256",
        "invalid_request"
    )]
    fn what_is_unsafe_is_refused_to_the_client(#[case] more: &str, #[case] error: &str) {
        let Err(Wrong::Client(url)) = read(&query("http://[::1]:4711/", more)) else {
            panic!("{more}");
        };
        assert!(
            url.as_str().starts_with(&format!("http://[::1]:4711/?error={error}&")),
            "{url}"
        );
    }

    #[test]
    fn a_parameter_that_is_there_twice_is_no_parameter() {
        assert!(Form::parse(b"a=1&b=2&a=1").is_none());
        assert_eq!(Form::parse(b"a=1&b=").unwrap().get("b"), None);
    }
}
