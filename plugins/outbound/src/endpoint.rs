//! Where to post and how: what the operator writes.

use std::net::IpAddr;
use std::time::Duration;

use serde::Deserialize;
use ureq::http::Uri;
use ureq::tls::{Certificate, PemItem, parse_pem};

use crate::Secrets;

/// The longest address, in bytes.
const URL_BYTES_MAX: usize = 2048;

/// The longest `ca_pem`, in bytes.
const PEM_BYTES_MAX: usize = 256 * 1024;

/// What one request may take, in milliseconds.
const TIMEOUT_MS: std::ops::RangeInclusive<u64> = 100..=60_000;

/// The settings of an address that is posted to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// `https://host[:port]/path`. Its `host:port` must be granted (`connect` in plugins.toml).
    pub url: String,
    /// The secrets that requests are signed with: one, or two while one is exchanged.
    pub secrets: Secrets,
    /// Certificates that are trusted, as PEM; the public ones (Mozilla's list) if absent.
    #[serde(default)]
    pub ca_pem: Option<String>,
    /// What one request may take, from connecting to the last byte of the answer, in milliseconds.
    /// It must end before the call's own deadline (`deadline_ms`, 10 s unless set otherwise).
    #[serde(default = "timeout_ms")]
    pub timeout_ms: u64,
    /// Whether `http://` is allowed beyond this machine: everybody on the way can read what is sent.
    #[serde(default)]
    pub plain_http: bool,
}

fn timeout_ms() -> u64 {
    5_000
}

/// Why the settings of an address do not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// No absolute address.
    #[error("`url` must be written https://host[:port]/path, without a user, at most 2048 bytes")]
    Url,
    /// Unencrypted and not to this machine.
    #[error(
        "`url` begins with http:// and leaves this machine: everybody on the way could read it; \
             use https://, or set `plain_http` if the way itself is protected"
    )]
    Plain,
    /// No certificate.
    #[error("`ca_pem` holds no certificate in PEM form, or is longer than 256 KiB")]
    Certificates,
    /// Trusted certificates for a connection that checks none.
    #[error("`ca_pem` is of no use with http://")]
    Unused,
    /// Out of range.
    #[error("`timeout_ms` must be from 100 to 60000")]
    Timeout,
}

/// An address that was checked.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) uri: Uri,
    /// As in the grant.
    pub(crate) host_and_port: String,
    pub(crate) timeout: Duration,
    /// `None`: Mozilla's list.
    pub(crate) roots: Option<Vec<Certificate<'static>>>,
}

impl Endpoint {
    pub(crate) fn check(&self) -> Result<Target, EndpointError> {
        if !TIMEOUT_MS.contains(&self.timeout_ms) {
            return Err(EndpointError::Timeout);
        }
        let uri: Uri = self.url.parse().map_err(|_| EndpointError::Url)?;
        let (host, port) = host_and_port(&uri).ok_or(EndpointError::Url)?;
        if self.url.len() > URL_BYTES_MAX || self.url.contains('#') {
            return Err(EndpointError::Url);
        }
        let plain = uri.scheme_str() == Some("http");
        if plain && !self.plain_http && !is_this_machine(host) {
            return Err(EndpointError::Plain);
        }
        let roots = match &self.ca_pem {
            None => None,
            Some(_) if plain => return Err(EndpointError::Unused),
            Some(pem) => Some(certificates(pem).ok_or(EndpointError::Certificates)?),
        };
        let host_and_port = format!("{host}:{port}");
        let timeout = Duration::from_millis(self.timeout_ms);
        Ok(Target { uri, host_and_port, timeout, roots })
    }
}

/// Host and port of an absolute address without a user.
pub(crate) fn host_and_port(uri: &Uri) -> Option<(&str, u16)> {
    let authority = uri.authority()?;
    let default = match uri.scheme_str()? {
        "https" => 443,
        "http" => 80,
        _ => return None,
    };
    if authority.as_str().contains('@') || authority.host().is_empty() {
        return None;
    }
    // A port that is no number must not become the usual one.
    let named = authority.as_str().len() > authority.host().len();
    let port = if named { authority.port_u16().filter(|port| *port != 0)? } else { default };
    Some((authority.host(), port))
}

fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn certificates(pem: &str) -> Option<Vec<Certificate<'static>>> {
    if pem.len() > PEM_BYTES_MAX {
        return None;
    }
    let items = parse_pem(pem.as_bytes()).collect::<Result<Vec<_>, _>>().ok()?;
    let certificates: Vec<Certificate<'static>> = items
        .into_iter()
        .filter_map(|item| match item {
            PemItem::Certificate(certificate) => Some(certificate),
            _ => None,
        })
        .collect();
    (!certificates.is_empty()).then_some(certificates)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(url: &str) -> Endpoint {
        let secrets = Secrets::new(vec!["0".repeat(32)]).unwrap();
        let url = url.to_owned();
        Endpoint { url, secrets, ca_pem: None, timeout_ms: 5_000, plain_http: false }
    }

    #[test]
    fn an_address_names_the_grant_it_needs() {
        for (url, needed) in [
            ("https://court.example/hook", "court.example:443"),
            ("https://court.example:8443/hook?a=b", "court.example:8443"),
            ("http://127.0.0.1/", "127.0.0.1:80"),
            ("http://[::1]:9000/", "[::1]:9000"),
            ("http://localhost:1", "localhost:1"),
        ] {
            assert_eq!(endpoint(url).check().unwrap().host_and_port, needed);
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_with_its_reason() {
        for url in [
            "",
            "/hook",
            "court.example",
            "ftp://court.example/",
            "https://user:word@court.example/",
            "https://court.example:99999/",
            "https://court.example:0/",
            "https:///hook",
            "https://court.example/#part",
            &format!("https://court.example/{}", "x".repeat(2048)),
        ] {
            assert_eq!(endpoint(url).check().unwrap_err(), EndpointError::Url, "{url}");
        }
        let mut plain = endpoint("http://court.example/hook");
        assert_eq!(plain.check().unwrap_err(), EndpointError::Plain);
        plain.plain_http = true;
        assert!(plain.check().is_ok());
        plain.ca_pem = Some(String::new());
        assert_eq!(plain.check().unwrap_err(), EndpointError::Unused);
        let mut private = endpoint("https://court.example/hook");
        private.ca_pem = Some("no certificate".to_owned());
        assert_eq!(private.check().unwrap_err(), EndpointError::Certificates);
        for timeout_ms in [0, 99, 60_001] {
            let endpoint = Endpoint { timeout_ms, ..endpoint("https://court.example/") };
            assert_eq!(endpoint.check().unwrap_err(), EndpointError::Timeout);
        }
    }
}
