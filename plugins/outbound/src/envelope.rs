//! What is sent, whichever way: the call with its hook and key inside, where the signature covers
//! them.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use shouxin_plugin::Hook;

use crate::{Secrets, signature};

/// The schema of an envelope.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Envelope<'a, T> {
    schema: u32,
    hook: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    idempotency_key: Option<&'a str>,
    message: &'a T,
}

#[derive(Serialize)]
struct Sealed<'a> {
    signature: String,
    payload: &'a str,
}

/// The body of a request.
pub(crate) fn envelope<T: Serialize>(
    hook: Hook,
    key: Option<&str>,
    message: &T,
) -> Result<String, String> {
    let envelope = Envelope { schema: SCHEMA, hook: hook.as_str(), idempotency_key: key, message };
    serde_json::to_string(&envelope).map_err(|error| error.to_string())
}

/// The same as a file for a courier, where there is no network: `{"signature", "payload"}`, where
/// `payload` is the text of the body and `signature` is what the header would be, over exactly the
/// UTF-8 bytes of that text.
///
/// # Errors
/// Why the message has no JSON form.
pub fn sealed<T: Serialize>(
    secrets: &Secrets,
    hook: Hook,
    key: Option<&str>,
    message: &T,
) -> Result<Vec<u8>, String> {
    let payload = envelope(hook, key, message)?;
    let signature = signature::sign(secrets, seconds(), payload.as_bytes());
    serde_json::to_vec(&Sealed { signature, payload: &payload }).map_err(|error| error.to_string())
}

/// Seconds since 1970; a clock before that day is as wrong as it can be, and the receiver says so.
pub(crate) fn seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_file_is_checked_like_a_request() {
        let secret = "0123456789abcdef0123456789abcdef";
        let secrets = Secrets::new(vec![secret.to_owned()]).unwrap();
        let message = json!({"name": "尤溪\n\"县\""});
        let file = sealed(&secrets, Hook::Lift, Some("M-0.1/lift/9"), &message).unwrap();
        let file: Value = serde_json::from_slice(&file).unwrap();
        let (header, payload) = (&file["signature"], file["payload"].as_str().unwrap());
        let header = header.as_str().unwrap();
        let check =
            |payload: &str| signature::check(header, payload.as_bytes(), secret, seconds(), 300);
        assert_eq!(check(payload), Ok(()));
        assert_eq!(check(&payload.replace("lift", "execute")), Err(signature::Distrust::Mismatch));
        let payload: Value = serde_json::from_str(payload).unwrap();
        let expected = json!({
            "schema": 1, "hook": "lift", "idempotency_key": "M-0.1/lift/9", "message": message
        });
        assert_eq!(payload, expected);
    }
}
