//! Channels: opened and closed by the operator; what they confirm is said by the register itself.
//! One that is configured no more is waited for until the operator waives it with a reason, because
//! what it got may still be on display there (INV-13).
//!
//! Source: domain.md O17, O40, T09.

use crate::command::channel::ChannelCommand;
use crate::decide::checks::{self, misfit};
use crate::decide::{Context, Drafts, Outcome};
use crate::event::Event;
use crate::event::channel::ChannelEvent;
use crate::guard::Misfit;
use crate::limits::CHANNELS_MAX;
use crate::row::ChannelRow;
use crate::rows::{Rows, Stop};
use crate::text::{digest_is_stated, short_text_is_stated, shortened};

fn known<'r>(rows: &'r Rows, name: &str) -> Result<&'r ChannelRow, Stop> {
    match rows.channels()?.iter().find(|own| own.name == name) {
        Some(row) => Ok(row),
        None => Ok(misfit(
            Misfit::NotFound,
            format!("没有开通的渠道：{name} / no such channel"),
            "请核对 channels.toml / see channels.toml",
        )?),
    }
}

pub(super) fn decide(
    rows: &Rows,
    command: &ChannelCommand,
    context: &Context<'_>,
) -> Result<Outcome, Stop> {
    let mut drafts = Drafts::new(context);
    let event = match command {
        ChannelCommand::Open { channel, from } => {
            checks::operator(context)?;
            let open = rows.channels()?;
            if let Some(own) = open.iter().find(|own| own.name == *channel) {
                if own.closing.is_some() {
                    // It goes on where it was left, so that every withdrawal since reaches it.
                    let from = own.confirmed_through;
                    let event = ChannelEvent::Opened { channel: channel.clone(), from };
                    drafts.push(None, Event::Channel(event));
                }
                return drafts.finish();
            }
            if open.len() >= CHANNELS_MAX || !short_text_is_stated(channel) {
                misfit::<()>(
                    Misfit::Limit,
                    format!(
                        "渠道上限 {CHANNELS_MAX} 个，且须有名称 / at most {CHANNELS_MAX}, named"
                    ),
                    "请先关闭不用的渠道 / close one first",
                )?;
            }
            ChannelEvent::Opened { channel: channel.clone(), from: *from }
        }
        ChannelCommand::Close { channel } => {
            checks::operator(context)?;
            let row = known(rows, channel)?;
            if row.closing.is_some() {
                return drafts.finish();
            }
            let confirmed_through = row.confirmed_through;
            ChannelEvent::Closing { channel: channel.clone(), confirmed_through }
        }
        ChannelCommand::Confirm { channel, through, items, batch_sha256, reference } => {
            checks::system(context)?;
            let row = known(rows, channel)?;
            if *through <= row.confirmed_through {
                return drafts.finish();
            }
            if *through >= context.next || !digest_is_stated(batch_sha256) {
                misfit::<()>(
                    Misfit::Value,
                    "确认的位置或批次摘要无效 / the position or the digest cannot be",
                    "只能确认已记录的变更 / only what is recorded can be confirmed",
                )?;
            }
            ChannelEvent::Confirmed {
                channel: channel.clone(),
                through: *through,
                items: *items,
                batch_sha256: *batch_sha256,
                reference: shortened(reference),
            }
        }
        ChannelCommand::Fail { channel, detail } => {
            checks::system(context)?;
            let row = known(rows, channel)?;
            let detail = shortened(detail);
            if row.failing.as_ref() == Some(&detail) {
                return drafts.finish();
            }
            ChannelEvent::Failed { channel: channel.clone(), detail }
        }
        ChannelCommand::Overdue { channel, oldest, due } => {
            checks::system(context)?;
            let row = known(rows, channel)?;
            if row.overdue || *oldest <= row.confirmed_through || context.today <= *due {
                return drafts.finish();
            }
            ChannelEvent::Overdue { channel: channel.clone(), oldest: *oldest, due: *due }
        }
        ChannelCommand::Waive { channel, reason } => {
            checks::operator(context)?;
            let row = known(rows, channel)?;
            if row.closing.is_none() {
                misfit::<()>(
                    Misfit::State,
                    "该渠道仍在使用 / the channel is in use",
                    "请先从 channels.toml 移除并重启 / take it out of channels.toml first",
                )?;
            }
            if !short_text_is_stated(reason) {
                misfit::<()>(
                    Misfit::Value,
                    "须说明不再撤下的理由 / say why nothing is to be withdrawn there any more",
                    "例如页面已关停、对方书面确认已撤下 / e.g. the recipient wrote that it withdrew all",
                )?;
            }
            ChannelEvent::Closed {
                channel: channel.clone(),
                confirmed_through: row.confirmed_through,
                reason: reason.clone(),
            }
        }
    };
    drafts.push(None, Event::Channel(event));
    drafts.finish()
}
