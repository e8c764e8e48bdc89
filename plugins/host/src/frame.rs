//! The private frame between register and child: `u32 length | u8 type | u64 ticket | body`.
//!
//! All numbers are little-endian; the length counts the body. Both ends are the same build, which
//! the first frame checks, so this may change with any release.

use shouxin_plugin_wire::{BODY_BYTES_MAX, Hook};

/// Version of everything in this file and in `handshake.rs`.
pub(crate) const PROTOCOL: u32 = 2;

/// Bytes before the body.
const HEADER_BYTES: usize = 13;

/// The longest body of a frame: a message, and for the first frame what stands around it.
const FRAME_BODY_BYTES_MAX: usize = BODY_BYTES_MAX + 64 * 1024;

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// To the child: what to load.
    Hello,
    /// From the child: loaded, created, waiting for calls.
    Ready,
    /// From the child: will not work.
    Refused,
    /// From the child: the plugin's answer.
    Answered,
    /// From the child: no answer.
    Failed,
    /// From the child: one line for the log; the ticket is the level.
    Log,
    /// To the child: finish.
    Bye,
    /// To the child: drop this call if it has not begun.
    Cancel,
    /// From the child: this call was dropped and never begins.
    Cancelled,
    /// From the child: this call begins though one sent before it waits.
    Begun,
    /// To the child: a call.
    Call(Hook),
    /// To the child: a call that goes before every [`Kind::Call`] that has not begun.
    First(Hook),
}

impl Kind {
    fn to_byte(self) -> u8 {
        match self {
            Kind::Hello => 1,
            Kind::Ready => 2,
            Kind::Refused => 3,
            Kind::Answered => 4,
            Kind::Failed => 5,
            Kind::Log => 6,
            Kind::Bye => 7,
            Kind::Cancel => 8,
            Kind::Cancelled => 9,
            Kind::Begun => 10,
            Kind::Call(hook) => CALLS + hook_number(hook),
            Kind::First(hook) => FIRSTS + hook_number(hook),
        }
    }

    fn from_byte(byte: u8) -> Option<Kind> {
        let hook = |base: u8| Hook::ALL.get(usize::from(byte.checked_sub(base)?)).copied();
        Some(match byte {
            1 => Kind::Hello,
            2 => Kind::Ready,
            3 => Kind::Refused,
            4 => Kind::Answered,
            5 => Kind::Failed,
            6 => Kind::Log,
            7 => Kind::Bye,
            8 => Kind::Cancel,
            9 => Kind::Cancelled,
            10 => Kind::Begun,
            CALLS..FIRSTS => Kind::Call(hook(CALLS)?),
            FIRSTS.. => Kind::First(hook(FIRSTS)?),
            _ => return None,
        })
    }
}

/// The bytes of calls begin here, in the order of [`Hook::ALL`].
const CALLS: u8 = 16;
/// And those of calls that go first.
const FIRSTS: u8 = 32;

/// A hook's place in [`Hook::ALL`].
fn hook_number(hook: Hook) -> u8 {
    match hook {
        Hook::Classified => 0,
        Hook::Execute => 1,
        Hook::Suspend => 2,
        Hook::Resume => 3,
        Hook::Lift => 4,
        Hook::Forget => 5,
        Hook::Query => 6,
    }
}

/// One frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) kind: Kind,
    pub(crate) ticket: u64,
    pub(crate) body: Vec<u8>,
}

/// Bytes that are no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FrameError {
    #[error("a frame of {bytes} bytes is longer than {FRAME_BODY_BYTES_MAX}")]
    TooLong { bytes: usize },
    #[error("a frame of unknown type {byte}")]
    Unknown { byte: u8 },
}

/// Appends a frame to a buffer.
pub(crate) fn encode(
    buffer: &mut Vec<u8>,
    kind: Kind,
    ticket: u64,
    body: &[u8],
) -> Result<(), FrameError> {
    let too_long = FrameError::TooLong { bytes: body.len() };
    if body.len() > FRAME_BODY_BYTES_MAX {
        return Err(too_long);
    }
    let length = u32::try_from(body.len()).map_err(|_| too_long)?;
    buffer.reserve(HEADER_BYTES + body.len());
    buffer.extend_from_slice(&length.to_le_bytes());
    buffer.push(kind.to_byte());
    buffer.extend_from_slice(&ticket.to_le_bytes());
    buffer.extend_from_slice(body);
    Ok(())
}

/// Turns bytes, in whatever pieces they arrive, back into frames.
#[derive(Default)]
pub(crate) struct Decoder {
    buffer: Vec<u8>,
    /// Bytes of `buffer` that were already given out as frames.
    taken: usize,
}

impl Decoder {
    /// Adds bytes.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        if self.taken > 0 {
            self.buffer.drain(..self.taken);
            self.taken = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole frame; `None` if more bytes are needed.
    ///
    /// # Errors
    /// The bytes are no frame; nothing after them can be trusted.
    pub(crate) fn next(&mut self) -> Result<Option<Frame>, FrameError> {
        let rest = self.buffer.get(self.taken..).unwrap_or_default();
        let Some((length, rest)) = rest.split_first_chunk::<4>() else {
            return Ok(None);
        };
        let length = u32::from_le_bytes(*length) as usize;
        if length > FRAME_BODY_BYTES_MAX {
            return Err(FrameError::TooLong { bytes: length });
        }
        let Some((byte, rest)) = rest.split_first() else {
            return Ok(None);
        };
        let kind = Kind::from_byte(*byte).ok_or(FrameError::Unknown { byte: *byte })?;
        let Some((ticket, rest)) = rest.split_first_chunk::<8>() else {
            return Ok(None);
        };
        let Some(body) = rest.get(..length) else {
            return Ok(None);
        };
        let frame = Frame { kind, ticket: u64::from_le_bytes(*ticket), body: body.to_vec() };
        self.taken += HEADER_BYTES + length;
        Ok(Some(frame))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_survive_any_cutting() {
        let mut bytes = Vec::new();
        let mut sent = Vec::new();
        for (number, hook) in Hook::ALL.into_iter().enumerate() {
            let body = vec![number as u8; number * 3];
            encode(&mut bytes, Kind::Call(hook), number as u64, &body).unwrap();
            sent.push(Frame { kind: Kind::Call(hook), ticket: number as u64, body });
        }
        for piece in 1..bytes.len() {
            let mut decoder = Decoder::default();
            let mut got = Vec::new();
            for chunk in bytes.chunks(piece) {
                decoder.push(chunk);
                while let Some(frame) = decoder.next().unwrap() {
                    got.push(frame);
                }
            }
            assert_eq!(got, sent);
        }
    }

    #[test]
    fn every_type_has_its_own_byte() {
        for byte in 0..=u8::MAX {
            if let Some(kind) = Kind::from_byte(byte) {
                assert_eq!(kind.to_byte(), byte);
            }
        }
        assert_eq!((0..=u8::MAX).filter_map(Kind::from_byte).count(), 24);
        assert!(
            Hook::ALL
                .iter()
                .all(|hook| Kind::from_byte(Kind::First(*hook).to_byte())
                    == Some(Kind::First(*hook)))
        );
    }

    #[test]
    fn a_length_beyond_the_limit_is_refused_before_its_body_arrives() {
        let mut decoder = Decoder::default();
        decoder.push(&u32::MAX.to_le_bytes());
        assert_eq!(decoder.next(), Err(FrameError::TooLong { bytes: u32::MAX as usize }));
        let mut decoder = Decoder::default();
        decoder.push(&[0, 0, 0, 0, 99]);
        assert_eq!(decoder.next(), Err(FrameError::Unknown { byte: 99 }));
    }
}
