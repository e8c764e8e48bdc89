//! The signature of a request, for who sends it and for who checks it.
//!
//! The header is `Shouxin-Signature: t=1700000000,v1=HEX`. `t` is the time of sending in seconds
//! since 1970-01-01 UTC, in decimal. `v1` is HMAC-SHA256 in lower-case hexadecimal, keyed with the
//! bytes of the secret as it is written, over the digits of `t`, a full stop, and the bytes of the
//! body as they were sent. While a secret is exchanged there are two `v1`, one for each; a receiver
//! takes the request if one of them is right. Each attempt is signed anew, because its `t` is its
//! own; the `Idempotency-Key` stays.

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::Secrets;

/// The name of the header.
pub const HEADER: &str = "Shouxin-Signature";

/// The longest header a receiver looks at, in bytes.
const HEADER_BYTES_MAX: usize = 1024;

/// Why a request is not to be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    /// No `t=` with digits, or no `v1=`.
    #[error("the signature is not written `t=SECONDS,v1=HEX`")]
    Shape,
    /// Sent too long ago, or in the future.
    #[error("the request is too old, or a clock is wrong")]
    Time,
    /// No `v1` is right for this secret and body.
    #[error("the signature is not one of this secret over this body")]
    Mismatch,
}

fn mac(key: &[u8], sent_at: u64, body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(sent_at.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    Some(mac)
}

/// The value of the header for a body that is sent at this second.
pub fn sign(secrets: &Secrets, sent_at: u64, body: &[u8]) -> String {
    let mut header = format!("t={sent_at}");
    // HMAC takes a key of any length, so none is ever left out here.
    for mac in secrets.keys().filter_map(|key| mac(key, sent_at, body)) {
        header.push_str(",v1=");
        header.push_str(&HEXLOWER.encode(&mac.finalize().into_bytes()));
    }
    header
}

/// Checks a request as its receiver does: `now` and `tolerance` in seconds.
///
/// # Errors
/// Why it is not to be trusted.
pub fn check(
    header: &str,
    body: &[u8],
    secret: &str,
    now: u64,
    tolerance: u64,
) -> Result<(), Distrust> {
    if header.len() > HEADER_BYTES_MAX {
        return Err(Distrust::Shape);
    }
    let parts = || header.split(',').filter_map(|part| part.split_once('='));
    let sent_at = parts().find(|(name, _)| *name == "t").and_then(|(_, value)| value.parse().ok());
    let sent_at: u64 = sent_at.ok_or(Distrust::Shape)?;
    if sent_at.abs_diff(now) > tolerance {
        return Err(Distrust::Time);
    }
    let mut found = Err(Distrust::Shape);
    for (_, value) in parts().filter(|(name, _)| *name == "v1") {
        found = Err(Distrust::Mismatch);
        let given = HEXLOWER_PERMISSIVE.decode(value.as_bytes());
        let own = mac(secret.as_bytes(), sent_at, body);
        // `verify_slice` compares in constant time.
        if let (Ok(given), Some(own)) = (given, own)
            && own.verify_slice(&given).is_ok()
        {
            return Ok(());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "0123456789abcdef0123456789abcdef";
    const NEW: &str = "fedcba9876543210fedcba9876543210";

    /// Worked out with `printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac SECRET`.
    #[test]
    fn the_signature_is_what_other_tools_work_out() {
        let secrets = Secrets::new(vec![OLD.to_owned()]).unwrap();
        assert_eq!(
            sign(&secrets, 1_700_000_000, b"{\"a\":1}"),
            "t=1700000000,v1=f05f2539e3ae1c49aec5f8cfdad75ef6b06480b133973ffbb7ec9e18827af177"
        );
    }

    #[test]
    fn either_secret_is_taken_while_one_is_exchanged() {
        let secrets = Secrets::new(vec![NEW.to_owned(), OLD.to_owned()]).unwrap();
        let header = sign(&secrets, 1_000, b"body");
        assert_eq!(check(&header, b"body", NEW, 1_000, 300), Ok(()));
        assert_eq!(check(&header, b"body", OLD, 1_000, 300), Ok(()));
        assert_eq!(check(&header, b"body", &OLD.replace('0', "1"), 1_000, 300), MISMATCH);
    }

    const MISMATCH: Result<(), Distrust> = Err(Distrust::Mismatch);

    #[test]
    fn another_body_another_time_and_another_shape_are_refused() {
        let secrets = Secrets::new(vec![OLD.to_owned()]).unwrap();
        let header = sign(&secrets, 1_000, b"body");
        assert_eq!(check(&header, b"Body", OLD, 1_000, 300), MISMATCH);
        assert_eq!(check(&header, b"body", OLD, 1_300, 300), Ok(()));
        assert_eq!(check(&header, b"body", OLD, 1_301, 300), Err(Distrust::Time));
        assert_eq!(check(&header, b"body", OLD, 699, 300), Err(Distrust::Time));
        let moved = header.replace("t=1000", "t=1001");
        assert_eq!(check(&moved, b"body", OLD, 1_000, 300), MISMATCH);
        for shape in ["", "t=1000", "t=x,v1=00", "v1=00", &"t=1000,v1=00".repeat(100)] {
            assert_eq!(check(shape, b"body", OLD, 1_000, 300), Err(Distrust::Shape), "{shape}");
        }
        for hex in ["t=1000,v1=", "t=1000,v1=zz", "t=1000,v1=00"] {
            assert_eq!(check(hex, b"body", OLD, 1_000, 300), MISMATCH, "{hex}");
        }
    }
}
