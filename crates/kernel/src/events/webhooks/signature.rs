//! The signature of a delivery: pure.

use aws_lc_rs::hmac;
use slipway_api::Timestamp;

/// The value of the header: the time in seconds, and for each secret the HMAC-SHA256 over the time, a full stop and the raw
/// body. The time is signed, so that an old delivery cannot be sent again for a new one.
#[must_use]
pub fn sign(secrets: &[&[u8]], now: Timestamp, body: &[u8]) -> String {
    let seconds = now.unix_ms() / 1000;
    let mut value = format!("t={seconds}");
    for secret in secrets {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let mut context = hmac::Context::with_key(&key);
        context.update(format!("{seconds}.").as_bytes());
        context.update(body);
        value.push_str(",v1=");
        value.push_str(&hex::encode(context.sign()));
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected value is from Python: `hmac.new(b"secret", b'1763680000.{"a":1}', "sha256").hexdigest()`.
    #[test]
    fn anybody_can_compute_it() {
        let now = Timestamp::from_unix_ms(1_763_680_000_999);
        let value = sign(&[b"secret"], now, br#"{"a":1}"#);
        let expected = "78e0761de7cc0d8e3951ff33e0950349f3ed0d8c494c0e027b013449014e4a7e";
        assert_eq!(value, format!("t=1763680000,v1={expected}"));
        assert_eq!(sign(&[b"secret", b"other"], now, b"").matches("v1=").count(), 2);
    }
}
