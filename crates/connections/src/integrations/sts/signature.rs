//! AWS Signature Version 4: pure.
//!
//! Source: the IAM user guide, "Create a signed AWS API request". Headers are signed as they are given; the caller sends
//! exactly these.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use slipway_api::Timestamp;
use url::Url;

/// What signs.
pub(crate) struct Keys<'a> {
    pub(crate) access_key_id: &'a str,
    pub(crate) secret_access_key: &'a str,
}

/// What is signed. Headers are in the order of their names, in lower case.
pub(crate) struct Signed<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) headers: &'a [(&'a str, &'a str)],
    pub(crate) body: &'a [u8],
    pub(crate) region: &'a str,
    pub(crate) service: &'a str,
    /// `20150830T123600Z`; the header `x-amz-date` says the same.
    pub(crate) time: &'a str,
}

/// `20150830T123600Z` of a moment.
pub(crate) fn time(now: Timestamp) -> String {
    // RFC 3339 with milliseconds, as all times here are written: 2015-08-30T12:36:00.000Z.
    let text = now.to_string();
    let (seconds, _) = text.split_once('.').unwrap_or((&text, ""));
    format!("{}Z", seconds.trim_end_matches('Z').replace(['-', ':'], ""))
}

/// The host of an address, as the header `host` has it.
pub(crate) fn host(url: &Url) -> String {
    match url.port() {
        Some(port) => format!("{}:{port}", url.host_str().unwrap_or_default()),
        None => url.host_str().unwrap_or_default().to_owned(),
    }
}

/// The hash of a body, as S3 wants it in a header.
pub(crate) fn hash_of(body: &[u8]) -> String {
    hex::encode(digest(&SHA256, body).as_ref())
}

/// The value of the header `authorization`.
pub(crate) fn authorization(keys: &Keys<'_>, signed: &Signed<'_>) -> String {
    let date = signed.time.split('T').next().unwrap_or_default();
    let names: Vec<&str> = signed.headers.iter().map(|(name, _)| *name).collect();
    let names = names.join(";");
    let headers: String = signed
        .headers
        .iter()
        .map(|(name, value)| format!("{name}:{}\n", value.trim()))
        .collect();
    let canonical = format!(
        "{}\n{}\n{}\n{headers}\n{names}\n{}",
        signed.method,
        signed.path,
        signed.query,
        hash_of(signed.body)
    );
    let scope = format!("{date}/{}/{}/aws4_request", signed.region, signed.service);
    let text = format!(
        "AWS4-HMAC-SHA256\n{}\n{scope}\n{}",
        signed.time,
        hash_of(canonical.as_bytes())
    );
    let mut key = hash(format!("AWS4{}", keys.secret_access_key).as_bytes(), date);
    for part in [signed.region, signed.service, "aws4_request"] {
        key = hash(&key, part);
    }
    let signature = hex::encode(hash(&key, &text));
    format!(
        "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
        keys.access_key_id
    )
}

fn hash(key: &[u8], text: &str) -> Vec<u8> {
    sign(&Key::new(HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_aws_reads_them() {
        assert_eq!(time(Timestamp::from_unix_ms(1_440_938_160_000)), "20150830T123600Z");
        assert_eq!(time(Timestamp::from_unix_ms(1_440_938_160_123)), "20150830T123600Z");
    }

    /// The example of AWS's own description of the signature.
    #[test]
    fn it_is_the_signature_of_the_description() {
        let keys = Keys {
            access_key_id: "AKIDEXAMPLE",
            secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        };
        let signed = Signed {
            method: "GET",
            path: "/",
            query: "Action=ListUsers&Version=2010-05-08",
            headers: &[
                ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
                ("host", "iam.amazonaws.com"),
                ("x-amz-date", "20150830T123600Z"),
            ],
            body: b"",
            region: "us-east-1",
            service: "iam",
            time: "20150830T123600Z",
        };
        insta::assert_snapshot!(
            authorization(&keys, &signed),
            @"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
        );
    }
}
