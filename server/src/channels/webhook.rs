//! Signed webhook: one POST a batch; any answer 2xx confirms.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::{Batch, Delivery};

/// Characters kept of a recipient's own reference.
const REFERENCE_CHARS_MAX: usize = 64;

/// HMAC-SHA256 over the timestamp, a dot and the body, hexadecimal.
pub(super) fn signature(secret: &[u8], timestamp: u64, body: &[u8]) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
    mac.update(timestamp.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    Some(HEXLOWER.encode(&mac.finalize().into_bytes()))
}

/// Posts a batch. Redirects are not followed: the body goes to the configured address or nowhere.
pub(super) fn deliver(
    channel: &str,
    url: &str,
    secret: &[u8],
    timeout: Duration,
    batch: &Batch,
) -> Result<Delivery, String> {
    let timestamp = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |it| it.as_secs());
    let signature = signature(secret, timestamp, &batch.body)
        .ok_or_else(|| "webhook: the secret is no key".to_owned())?;
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(timeout))
        .max_redirects(0)
        .http_status_as_error(false)
        .build()
        .into();
    let sent = agent
        .post(url)
        .header("Content-Type", "application/json")
        .header("Idempotency-Key", &batch.name())
        .header("Shouxin-Channel", channel)
        .header("Shouxin-Batch", &batch.name())
        .header("Shouxin-Timestamp", &timestamp.to_string())
        .header("Shouxin-Signature", &format!("sha256={signature}"))
        .send(&batch.body[..]);
    match sent {
        Ok(answer) if answer.status().is_success() => {
            let reference = answer.headers().get("Shouxin-Reference");
            let reference = reference.and_then(|value| value.to_str().ok()).unwrap_or_default();
            let reference = reference.chars().take(REFERENCE_CHARS_MAX).collect();
            Ok(Delivery::Confirmed(batch.confirmed(reference)))
        }
        Ok(answer) => Err(format!("webhook: HTTP {}", answer.status().as_u16())),
        Err(ureq::Error::Timeout(_)) => Err("webhook: no answer in time".to_owned()),
        Err(ureq::Error::HostNotFound) => Err("webhook: the host is not found".to_owned()),
        Err(ureq::Error::Io(error)) => Err(format!("webhook: {}", error.kind())),
        Err(error) => {
            let text: String = error.to_string().chars().take(80).collect();
            Err(format!("webhook: {text}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked out with `printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac 0123456789abcdef`.
    #[test]
    fn the_signature_is_what_other_tools_work_out() {
        let found = signature(b"0123456789abcdef", 1_700_000_000, b"{\"a\":1}").unwrap();
        assert_eq!(found, "9eb18f493f8ec135d9eb2dad817c369bb4e9cbfa818657897a7437c1cd8c3a23");
    }
}
