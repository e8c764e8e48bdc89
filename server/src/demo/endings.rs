//! Later chapters of the story: objections, the red list, and how things end.

use serde_json::json;

use crate::demo::chapters::{Cases, HR, HR_HEAD, MARKET, MARKET_HEAD, cite};
use crate::demo::client::Step;
use crate::demo::story::{Story, check};

impl Story {
    /// Chapter: objections, one rejected and one upheld.
    pub fn objections(&mut self, cases: &Cases) -> Step {
        self.chapter("异议：一件驳回恢复，一件成立撤销", "objections: one rejected, one upheld");
        let dates = self.dates.wages.clone();
        self.on(dates.objected)?;
        let supplier = self.cast.wages.clone();
        let paid = self.paper("wages", &supplier, "付款凭证\n")?;
        let body = json!({
            "target": cases.wages, "trigger": "subject", "grounds": ["wrong_list_condition"],
            "statement": "已于立案前付清，不符合列入条件", "evidence": [paid],
        });
        let filed = self.does(
            "当事人提出异议，一切即刻暂停 / everything is suspended at once",
            "wages",
            "/v1/objections",
            &body,
        )?;
        check(filed.made("classification.changed"), || {
            "the classification did not change".to_owned()
        })?;
        let first = filed.id()?;
        let found = self.client.get(Some("auditor"), &format!("/v1/objections/{first}"))?;
        check(found.body["accept_by"]["day"] == json!(dates.accept_by), || {
            format!("{}", found.body)
        })?;
        for id in &cases.wages_measures {
            self.confirmed(id, "suspended")?;
        }
        check(!self.barred(&supplier, dates.objected)?, || "barred while suspended".to_owned())?;
        let public = self.client.get(None, "/v1/lists/black")?;
        check(!public.body.to_string().contains(&supplier), || "shown while disputed".to_owned())?;
        self.say("采购部门：暂停期间不禁止；公开名单不再显示 / not barred, not shown", "");
        self.on(dates.referred)?;
        self.refer(&first, dates.referred, dates.verify_by)?;
        self.on(self.dates.person.starts)?;
        let person = self.cast.person.clone();
        check(self.classified(&person)?.is_empty(), || {
            "a person's start under a suspension".to_owned()
        })?;
        self.say("单位名单暂停，个人归责到期不生效 / the person's start waits", "");
        self.on(dates.verified)?;
        let checked = self.paper("human_resources/SC-04", &supplier, "付款时间核查记录\n")?;
        let found = json!({
            "finding": "correct", "reasons": "付款发生在列入决定之后", "evidence": [checked],
        });
        self.denied(
            "原经办人自行核实 / the proposer verifies",
            HR,
            &format!("/v1/objections/{first}/verification"),
            &found,
            "G-4EYES",
        )?;
        self.does(
            "提供单位核实无误 / verified: correct",
            "human_resources/SC-04",
            &format!("/v1/objections/{first}/verification"),
            &found,
        )?;
        self.on(dates.resumed)?;
        let mut result = json!({"reasons": "核实无误，恢复执行"});
        self.drafted("credit", &format!("/v1/objections/{first}/texts/result"), &result)?;
        result["service"] = self.service("credit", &supplier, dates.resumed)?;
        self.does(
            "信用办送达结果，恢复 / result served, resumed",
            "credit",
            &format!("/v1/objections/{first}/resolve"),
            &result,
        )?;
        for id in &cases.wages_measures {
            self.confirmed(id, "executed")?;
        }
        check(self.barred(&supplier, dates.resumed)?, || "not barred after resumption".to_owned())?;
        self.on(dates.resumed)?;
        check(
            self.classified(&person)?.len() == 1 && self.today() == self.dates.person.effective,
            || "the person's attribution should start when the suspension ends".to_owned(),
        )?;
        self.repeat(cases, &supplier)?;
        self.upheld(cases)
    }

    /// The statement period ends where the scenario says.
    pub(super) fn heard_until(&self, id: &str, on: shouxin_core::time::Day) -> Step {
        let listing = self.listing(id)?;
        check(listing["statement_until"]["day"] == json!(on), || {
            format!("the statement period should end on {on}: {listing}")
        })
    }

    fn refer(
        &mut self,
        id: &str,
        on: shouxin_core::time::Day,
        by: shouxin_core::time::Day,
    ) -> Step {
        self.does(
            "信用办受理 / accepted",
            "credit",
            &format!("/v1/objections/{id}/accept"),
            &json!({}),
        )?;
        let body = json!({"received_on": on});
        self.does(
            "转提供单位核实 / referred to the provider",
            "credit",
            &format!("/v1/objections/{id}/refer"),
            &body,
        )?;
        let found = self.client.get(Some("auditor"), &format!("/v1/objections/{id}"))?;
        check(found.body["verify_by"]["day"] == json!(by), || {
            format!("20 working days should end on {by}: {}", found.body)
        })
    }

    fn repeat(&mut self, cases: &Cases, supplier: &str) -> Step {
        let body = json!({
            "target": cases.wages, "trigger": "subject", "grounds": ["wrong_list_condition"],
            "statement": "同前",
        });
        let again = self.does(
            "无新事实重复异议，不再暂停 / a repeat without new facts does not suspend",
            "wages",
            "/v1/objections",
            &body,
        )?;
        check(!again.made("classification.changed"), || "a repeat suspended".to_owned())?;
        let today = self.today();
        check(self.barred(supplier, today)?, || "a repeat lifted the bar".to_owned())?;
        let case = format!("/v1/objections/{}", again.id()?);
        let mut refuse = json!({"reasons": "与前次异议相同，无新事实"});
        self.drafted("credit", &format!("{case}/texts/refusal"), &refuse)?;
        refuse["service"] = self.service("credit", supplier, today)?;
        self.does(
            "不予受理并送达理由 / refused with served reasons",
            "credit",
            &format!("{case}/refuse"),
            &refuse,
        )?;
        Ok(())
    }

    fn upheld(&mut self, cases: &Cases) -> Step {
        let dates = self.dates.advert.clone();
        self.on(dates.objected)?;
        let subject = self.cast.advert.clone();
        let licence = self.paper("advert", &subject, "营业执照\n")?;
        let body = json!({
            "target": cases.advert.0, "trigger": "subject", "grounds": ["wrong_identity"],
            "statement": "广告由同名企业发布", "evidence": [licence],
        });
        let filed = self
            .does("第二件异议 / the second objection", "advert", "/v1/objections", &body)?
            .id()?;
        self.confirmed(&cases.advert.1, "suspended")?;
        self.on(dates.referred)?;
        self.refer(&filed, dates.referred, dates.verify_by)?;
        self.on(dates.verified)?;
        let found = json!({"finding": "error", "reasons": "主体认定错误"});
        self.does(
            "提供单位核实有误 / verified: error",
            "market/SC-04",
            &format!("/v1/objections/{filed}/verification"),
            &found,
        )?;
        self.on(dates.annulled)?;
        let mut result = json!({"reasons": "核实有误，撤销并恢复信誉"});
        self.drafted("credit", &format!("/v1/objections/{filed}/texts/result"), &result)?;
        result["service"] = self.service("credit", &subject, dates.annulled)?;
        let done = self.does(
            "撤销名单、解除措施、启动恢复信誉 / annulled, redress opened",
            "credit",
            &format!("/v1/objections/{filed}/resolve"),
            &result,
        )?;
        check(done.made("listing.annulled") && done.made("redress.opened"), || {
            "not annulled".to_owned()
        })?;
        self.confirmed(&cases.advert.1, "lifted")?;
        check(
            self.classified(&subject)?.is_empty() && !self.barred(&subject, dates.annulled)?,
            || "an annulled listing still has effect".to_owned(),
        )?;
        // Redress is done once every portal has withdrawn it.
        self.client.until("auditor", &format!("/v1/objections/{filed}"), "closed", |body| {
            body["state"] == "closed_upheld"
        })?;
        self.on(dates.redressed)?;
        let notice = self.paper(MARKET, &subject, "更正公告\n")?;
        let account = json!({"account": "已在原渠道更正并致歉", "evidence": [notice]});
        self.does(
            "提供单位完成恢复信誉 / redress done",
            "market/SC-04",
            &format!("/v1/redress/{filed}"),
            &account,
        )?;
        Ok(())
    }

    /// Chapter: an exemplar.
    pub fn red_list(&mut self) -> Step {
        let dates = self.dates.red.clone();
        self.chapter("红名单与守信激励", "the red list opens incentives");
        self.on(dates.nominated)?;
        let body = json!({
            "subject": self.cast.red, "source": "association_member",
            "merits": "连续多年无不良信用记录，由行业协会推荐", "basis": cite("plan-185", "三(一)"),
        });
        let id = self.does("提名 / nominated", MARKET, "/v1/nominations", &body)?.id()?;
        let path = format!("/v1/nominations/{id}");
        self.does(
            "核查无黑名单、无不良记录 / checked",
            MARKET,
            &format!("{path}/check"),
            &json!({}),
        )?;
        self.does("公示 / public notice", MARKET, &format!("{path}/notice"), &json!({}))?;
        let exemplar = self.cast.red.clone();
        let paper = self.paper(MARKET, &exemplar, "红名单决定书\n尤市监红〔2026〕1号\n")?;
        let decision = json!({
            "document_number": "尤市监红〔2026〕1号", "document_sha256": paper,
            "reasons": "公示期满无异议", "until": dates.until,
        });
        self.denied(
            "公示期内决定 / within the public notice",
            MARKET_HEAD,
            &format!("{path}/decide"),
            &decision,
            "G-PUBLIC-NOTICE",
        )?;
        self.on(dates.decided)?;
        check(dates.decided == dates.notice_ends.plus_days(1), || {
            "the scenario's own dates".to_owned()
        })?;
        self.does(
            "负责人决定列入红名单 / the head decides",
            MARKET_HEAD,
            &format!("{path}/decide"),
            &decision,
        )?;
        self.on(dates.initiated)?;
        for (measure, department) in [("I05", "approval"), ("I18", "market")] {
            let section = if measure == "I05" { "三(二)" } else { "三(四)" };
            let basis = cite("plan-185", section);
            self.measure_case(MARKET, &id, (measure, department, basis), dates.until, true)?;
        }
        let question = json!({"subject": self.cast.red, "on": dates.initiated});
        let review = self.client.ask("approval/SC-03", "approval", &question)?;
        check(review["review"] == "green", || format!("no green channel: {review}"))?;
        let plan = self.client.ask("market/SC-03", "market", &question)?;
        self.say("审批绿色通道已开通，检查频次已减少 / green channel, fewer inspections", "");
        check(
            plan["routine"]["per_year"].as_i64() < plan["routine"]["base_per_year"].as_i64(),
            || format!("not fewer inspections: {plan}"),
        )
    }

    /// Chapter: one ends by itself, one is repaired.
    pub fn endings(&mut self, cases: &Cases) -> Step {
        self.chapter("到期自动终止与信用修复", "one expires by itself, one is repaired");
        let dates = self.dates.wages.clone();
        let subject = self.cast.wages.clone();
        let proof = self.paper("wages", &subject, "工资支付凭证\n")?;
        let commitment = self.paper("wages", &subject, "信用承诺书\n")?;
        let apply = json!({
            "listing": cases.wages, "proof_sha256": [proof],
            "commitment_sha256": commitment, "statement": "工资已全部付清",
        });
        self.on(dates.too_early)?;
        self.denied(
            "未满最短期限申请修复 / too early",
            "wages",
            "/v1/repairs",
            &apply,
            "G-REPAIR-PERIOD",
        )?;
        self.on(self.dates.quality.end)?;
        let quality = self.cast.quality.clone();
        check(self.classified(&quality)?.len() == 1, || "ended before its last day".to_owned())?;
        self.on(self.dates.quality.expired)?;
        check(self.classified(&quality)?.is_empty(), || "it did not end by itself".to_owned())?;
        self.confirmed(&cases.quality.1, "lifted")?;
        self.on(dates.repair_applied)?;
        let id = self
            .does("申请修复，不收费 / repair applied for", "wages", "/v1/repairs", &apply)?
            .id()?;
        let found = self.client.get(Some("auditor"), &format!("/v1/repairs/{id}"))?;
        let accept = found.body["accept_by"]["day"] == json!(dates.repair_accept_by);
        let decide = found.body["decide_by"]["day"] == json!(dates.repair_decide_by);
        check(accept && decide, || {
            format!("10 working days should end on {}: {}", dates.repair_decide_by, found.body)
        })?;
        self.on(dates.repair_accepted)?;
        self.does(
            "受理 / accepted",
            HR,
            &format!("/v1/repairs/{id}/accept"),
            &json!({"outcome": "accepted"}),
        )?;
        self.on(dates.repaired)?;
        let mut decision = json!({
            "approved": true, "document_number": "尤人社修复〔2026〕1号",
            "reasons": "义务已履行，符合修复条件",
        });
        let text = self.drafted(HR, &format!("/v1/repairs/{id}/texts/decision"), &decision)?;
        decision["document_sha256"] = json!(text);
        decision["service"] = self.service(HR, &subject, dates.repaired)?;
        let done = self.does(
            "准予修复，移出名单、措施解除 / repaired, removed",
            HR_HEAD,
            &format!("/v1/repairs/{id}/decide"),
            &decision,
        )?;
        check(done.made("listing.removed"), || "not removed".to_owned())?;
        for measure in &cases.wages_measures {
            self.confirmed(measure, "lifted")?;
        }
        self.client.until("auditor", &format!("/v1/repairs/{id}"), "done", |body| {
            body["state"] == "done"
        })?;
        let (company, person) = (self.cast.wages.clone(), self.cast.person.clone());
        check(
            self.classified(&company)?.is_empty() && self.classified(&person)?.is_empty(),
            || "something rests on a repaired listing".to_owned(),
        )?;
        check(!self.barred(&company, dates.repaired)?, || "barred after the repair".to_owned())?;
        let public = self.client.get(None, &format!("/v1/subjects/{company}"))?;
        check(!public.body.to_string().contains(&cases.wages), || {
            "shown after the repair".to_owned()
        })?;
        self.say("公司与个人均已移出，各处解除，修复办结 / removed everywhere, repair done", "");
        let measure = self.measure(cases.wages_measures.first().map_or("", String::as_str))?;
        check(measure["standing"] == "ended", || format!("{measure}"))
    }
}
