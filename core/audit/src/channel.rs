//! Channels: what they confirm is recorded before it is confirmed, and never goes back (INV-13).

use shouxin_core::event::channel::ChannelEvent;
use shouxin_core::text::short_text_is_stated;

use crate::fold::{Channel, Fold};
use crate::here::Here;
use crate::names::{DEADLINE, INV_13};

pub(crate) fn check(fold: &mut Fold, at: &mut Here<'_>, event: &ChannelEvent) {
    match event {
        ChannelEvent::Opened { channel, from } => {
            if *from >= at.at() {
                at.broken(INV_13, format!("{channel} would begin after what is recorded"));
            }
            // One that comes back goes on where it was left.
            if let Some(own) = fold.channels.get(channel)
                && own.confirmed < *from
            {
                let detail = format!("{channel} had confirmed up to {} only", own.confirmed);
                at.broken(INV_13, detail);
            }
            fold.channels.insert(channel.clone(), Channel { confirmed: *from, closing: None });
        }
        ChannelEvent::Closing { channel, confirmed_through } => {
            let here = at.at();
            match fold.channels.get_mut(channel) {
                Some(own) if own.confirmed == *confirmed_through => own.closing = Some(here),
                Some(own) => {
                    let detail = format!("{channel} had confirmed up to {}", own.confirmed);
                    at.broken(INV_13, detail);
                }
                None => at.missing(channel),
            }
        }
        // Nobody forgets a place that shows something: the operator says why nothing is left there.
        ChannelEvent::Closed { channel, confirmed_through, reason } => {
            match fold.channels.remove(channel) {
                Some(own) if own.confirmed != *confirmed_through => {
                    let detail = format!("{channel} had confirmed up to {}", own.confirmed);
                    at.broken(INV_13, detail);
                }
                Some(own) if own.closing.is_none() || !short_text_is_stated(reason) => {
                    at.broken(INV_13, format!("{channel} is in use, or no reason is given"));
                }
                Some(_) => {}
                None => at.missing(channel),
            }
        }
        ChannelEvent::Confirmed { channel, through, .. } => {
            let here = at.at();
            match fold.channels.get_mut(channel) {
                Some(own) if *through > own.confirmed && *through < here => {
                    own.confirmed = *through;
                }
                Some(own) => {
                    let stood = own.confirmed;
                    let detail = format!("{channel} stood at {stood} and cannot confirm {through}");
                    at.broken(INV_13, detail);
                }
                None => at.missing(channel),
            }
        }
        ChannelEvent::Overdue { channel, due, .. } => {
            if !fold.channels.contains_key(channel) {
                at.missing(channel);
            }
            if at.today <= *due {
                at.broken(DEADLINE, format!("{channel} has until {due}"));
            }
        }
        ChannelEvent::Failed { channel, .. } => {
            if !fold.channels.contains_key(channel) {
                at.missing(channel);
            }
        }
    }
}
