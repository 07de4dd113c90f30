//! One-time passwords by time (RFC 6238, with the values that every app understands: SHA-1, 30 seconds, six digits), and
//! recovery codes for when the app is lost. Pure.

use aws_lc_rs::hmac;
use slipway_api::Timestamp;
use slipway_kernel::random::Random;
use slipway_kernel::secrets::SecretBytes;
use slipway_kernel::{Error, Result};

/// Bytes of a secret: as many as the HMAC's (RFC 4226, section 4, requirement 6).
const SECRET_BYTES: usize = 20;
/// Seconds of a step.
const STEP_SECONDS: i64 = 30;
/// Steps before and after the present one that are taken too, for clocks that are not exact (RFC 6238, section 5.2).
const TOLERANCE: i64 = 1;
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Recovery codes that are given out together.
pub const RECOVERY_CODES: usize = 10;
/// Random bytes of a recovery code: enough for a fast hash.
const RECOVERY_BYTES: usize = 10;

/// A new secret.
///
/// # Errors
///
/// When there is no randomness.
pub fn secret(random: &Random) -> Result<SecretBytes> {
    let mut bytes = vec![0; SECRET_BYTES];
    random.fill(&mut bytes)?;
    Ok(SecretBytes::new(bytes))
}

/// The step that `code` is right for, if it is one of the present ones and later than `last`: no code is taken twice.
#[must_use]
pub fn step(secret: &SecretBytes, code: &str, last: i64, now: Timestamp) -> Option<i64> {
    let digits: String = code.chars().filter(|letter| !letter.is_whitespace()).collect();
    let present = now.unix_ms().div_euclid(STEP_SECONDS * 1_000);
    (present - TOLERANCE..=present + TOLERANCE)
        .filter(|step| *step > last)
        // All of them, so that the time does not say which one it was.
        .fold(None, |found, step| {
            let is_right = slipway_kernel::tokens::are_equal(&digits, &at(secret, step));
            if is_right { Some(step) } else { found }
        })
}

/// The code of a step.
#[must_use]
pub fn at(secret: &SecretBytes, step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.expose());
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let bytes = tag.as_ref();
    // Dynamic truncation (RFC 4226, section 5.3).
    let offset = usize::from(bytes.last().copied().unwrap_or_default() & 0xf);
    let number = bytes
        .iter()
        .skip(offset)
        .take(4)
        .fold(0u32, |number, byte| number << 8 | u32::from(*byte));
    format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
}

/// The secret as people type it, in groups of four.
#[must_use]
pub fn typed(secret: &SecretBytes) -> String {
    grouped(&base32(secret.expose()))
}

/// The address that an app reads from the picture (the form of Google Authenticator's "Key Uri Format").
#[must_use]
pub fn address(secret: &SecretBytes, issuer: &str, account: &str) -> String {
    let mut url = String::from("otpauth://totp/");
    let escaped = |text: &str| {
        url::form_urlencoded::byte_serialize(text.as_bytes())
            .collect::<String>()
            .replace('+', "%20")
    };
    url.push_str(&format!("{}:{}", escaped(issuer), escaped(account)));
    url.push_str(&format!(
        "?secret={}&issuer={}",
        base32(secret.expose()),
        escaped(issuer)
    ));
    url
}

/// New recovery codes.
///
/// # Errors
///
/// When there is no randomness.
pub fn recovery_codes(random: &Random) -> Result<Vec<SecretBytes>> {
    let code = |_| {
        let mut bytes = [0; RECOVERY_BYTES];
        random.fill(&mut bytes)?;
        Ok(SecretBytes::new(grouped(&base32(&bytes)).to_lowercase().into_bytes()))
    };
    (0..RECOVERY_CODES).map(code).collect()
}

/// What is stored of a recovery code, whatever spaces and dashes it was typed with.
#[must_use]
pub fn recovery_hash(code: &str) -> String {
    let plain: String = code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    slipway_kernel::tokens::hash(&format!("recovery {plain}"))
}

/// The picture of an address for an app to read: the side's length, and the dark squares as an SVG path.
///
/// # Errors
///
/// When the address is too long.
pub fn picture(address: &str) -> Result<(i32, String)> {
    let code = qrcodegen::QrCode::encode_text(address, qrcodegen::QrCodeEcc::Medium).map_err(Error::internal)?;
    let squares = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
    let path = squares
        .filter(|(x, y)| code.get_module(*x, *y))
        .map(|(x, y)| format!("M{x} {y}h1v1h-1z"))
        .collect();
    Ok((code.size(), path))
}

/// RFC 4648 without padding.
fn base32(bytes: &[u8]) -> String {
    let mut text = String::new();
    let (mut held, mut bits) = (0u32, 0);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(letter(held >> bits));
        }
    }
    if bits > 0 {
        text.push(letter(held << (5 - bits)));
    }
    text
}

fn letter(value: u32) -> char {
    let index = usize::try_from(value & 31).unwrap_or_default();
    char::from(ALPHABET.get(index).copied().unwrap_or(b'A'))
}

fn grouped(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn secret() -> SecretBytes {
        SecretBytes::new(b"12345678901234567890".to_vec())
    }

    fn at_second(second: i64) -> Timestamp {
        Timestamp::from_unix_ms(second * 1_000)
    }

    /// RFC 6238, appendix B, the last six of its eight digits.
    #[rstest]
    #[case(59, "287082")]
    #[case(1_111_111_109, "081804")]
    #[case(1_111_111_111, "050471")]
    #[case(1_234_567_890, "005924")]
    #[case(2_000_000_000, "279037")]
    #[case(20_000_000_000, "353130")]
    fn the_codes_are_those_of_the_standard(#[case] second: i64, #[case] code: &str) {
        assert_eq!(at(&secret(), second / 30), code);
        assert_eq!(step(&secret(), code, 0, at_second(second)), Some(second / 30));
    }

    #[test]
    fn a_code_is_taken_once_and_for_a_minute_and_a_half() {
        let code = at(&secret(), 100);
        let taken = |last, second| step(&secret(), &code, last, at_second(second));
        assert_eq!(taken(0, 100 * 30), Some(100));
        assert_eq!(taken(0, 99 * 30), Some(100), "a clock that is a little slow");
        assert_eq!(taken(0, 101 * 30 + 29), Some(100), "a clock that is a little fast");
        assert_eq!(taken(0, 102 * 30), None);
        assert_eq!(taken(100, 100 * 30), None, "the same code again");
        assert_eq!(taken(101, 100 * 30), None, "an earlier code than the last");
        assert_eq!(step(&secret(), " 287 082 ", 0, at_second(59)), Some(1));
        assert_eq!(step(&secret(), "", 0, at_second(59)), None);
    }

    /// RFC 4648, section 10.
    #[rstest]
    #[case("", "")]
    #[case("f", "MY")]
    #[case("fo", "MZXQ")]
    #[case("foo", "MZXW6")]
    #[case("foobar", "MZXW6YTBOI")]
    fn base32_is_the_standards(#[case] plain: &str, #[case] encoded: &str) {
        assert_eq!(base32(plain.as_bytes()), encoded);
    }

    #[test]
    fn the_address_is_one_that_apps_read() {
        assert_eq!(
            address(&secret(), "Slipway (slipway.example.org)", "ada"),
            "otpauth://totp/Slipway%20%28slipway.example.org%29:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=Slipway%20%28slipway.example.org%29"
        );
        let (side, path) = picture(&address(&secret(), "Slipway", "ada")).unwrap();
        assert!(side >= 21 && path.starts_with("M0 0h1v1h-1z"));
    }

    #[test]
    fn recovery_codes_differ_and_are_typed_as_one_likes() {
        let codes = recovery_codes(&Random::seeded(1)).unwrap();
        let texts: std::collections::BTreeSet<_> = codes.iter().map(|code| code.expose_text().unwrap()).collect();
        assert_eq!(texts.len(), RECOVERY_CODES);
        let text = *texts.first().unwrap();
        assert_eq!(text.len(), 19, "four groups of four: {text}");
        assert_eq!(
            recovery_hash(text),
            recovery_hash(&text.to_uppercase().replace('-', " "))
        );
    }

    proptest! {
        #[test]
        fn nothing_that_is_typed_breaks_it(code in any::<String>(), last in any::<i64>(), second in 0..4_000_000_000i64) {
            let _ = step(&secret(), &code, last, at_second(second));
        }
    }
}
