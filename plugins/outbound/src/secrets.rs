//! The shared secrets: one, or two while one is being exchanged for the other.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// The shortest secret, in bytes: 128 bits in hexadecimal.
const BYTES_MIN: usize = 32;

/// The longest secret, in bytes.
const BYTES_MAX: usize = 256;

/// The most secrets at a time.
const SECRETS_MAX: usize = 2;

/// One or two shared secrets. Neither `Debug` nor an error ever shows one.
#[derive(Clone, PartialEq, Eq)]
pub struct Secrets(Vec<String>);

impl Secrets {
    /// Takes one or two secrets of 32 to 256 visible ASCII characters each.
    ///
    /// # Errors
    /// What is wrong, without a word of the secret itself.
    pub fn new(secrets: Vec<String>) -> Result<Secrets, &'static str> {
        if secrets.is_empty() || secrets.len() > SECRETS_MAX {
            return Err("`secrets` must be a list of one secret, or two while one is exchanged");
        }
        let fits = |secret: &String| {
            (BYTES_MIN..=BYTES_MAX).contains(&secret.len())
                && secret.bytes().all(|byte| byte.is_ascii_graphic())
        };
        if !secrets.iter().all(fits) {
            return Err("each of `secrets` must be 32 to 256 visible ASCII characters");
        }
        if secrets.first() == secrets.get(1) {
            return Err("the two `secrets` are the same");
        }
        Ok(Secrets(secrets))
    }

    /// The secrets as keys, the first one first.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(String::as_bytes)
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({})", self.0.len())
    }
}

impl<'de> Deserialize<'de> for Secrets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Secrets, D::Error> {
        // Read by hand: the usual errors quote the value, and settings errors are logged.
        let Value::Array(values) = Value::deserialize(deserializer)? else {
            return Err(D::Error::custom("`secrets` must be a list of texts"));
        };
        let text = |value: Value| match value {
            Value::String(text) => Ok(text),
            _ => Err(D::Error::custom("`secrets` must be a list of texts")),
        };
        let secrets = values.into_iter().map(text).collect::<Result<Vec<String>, D::Error>>()?;
        Secrets::new(secrets).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_refused_never_shows_the_secret() {
        let secret = "hunter2-hunter2-hunter2-hunter2-";
        for value in [
            json!(secret),
            json!([]),
            json!([secret, 5]),
            json!([secret, secret]),
            json!([secret, "short"]),
            json!([format!("{secret} with a blank")]),
            json!([secret, secret.replace('2', "3"), secret.replace('2', "4")]),
            json!({ secret: secret }),
        ] {
            let error = serde_json::from_value::<Secrets>(value).unwrap_err().to_string();
            assert!(error.contains("`secrets`") && !error.contains("hunter2"), "{error}");
        }
        let secrets: Secrets = serde_json::from_value(json!([secret])).unwrap();
        assert_eq!(format!("{secrets:?}"), "Secrets(1)");
    }
}
