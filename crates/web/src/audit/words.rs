//! What happened, in words.

/// `permission:verb` in words.
pub(super) fn verb(action: &str) -> String {
    let (permission, verb) = action.split_once(':').unwrap_or((action, ""));
    let word = match verb {
        "grant" | "revoke" if permission == "exempt" => {
            if verb == "grant" {
                "免除"
            } else {
                "撤销"
            }
        }
        "create" => "新增",
        "change" => "修改",
        "rename" => "更名",
        "move" => "移动",
        "close" => "撤销单位",
        "merge" => "合并单位",
        "move-people" => "整体转入",
        "appoint" => "任命",
        "end-post" => "卸任",
        "transfer" => "调动",
        "leave" => "离开",
        "guardians" => "登记监护人",
        "look" => "查看完整信息",
        "import" => "导入花名册",
        "year-roll" | "roll" => "升级",
        "undo-year-roll" | "undo-roll" => "撤回升级",
        "grant" => "授予职责",
        "revoke" => "收回职责",
        "password" => "修改密码",
        "reset" => "重置密码",
        "disable" => "停用账号",
        "enable" => "启用账号",
        "unlock" => "解锁",
        "set" => "设置",
        "people" => "人员",
        "appointments" => "岗位名单",
        "records" => "记录",
        "accounts" => "账号",
        "units" => "单位",
        "coverage" => "覆盖检查",
        "outbox" => "发信情况",
        "reports" => "报送情况",
        "plans" => "方案",
        "exemptions" => "免除",
        "jobs" => "后台工作",
        "notifications" => "消息",
        "audit" => "审计",
        "library" => "宣传库",
        "board" => "看板",
        "collation" => "月报汇总",
        "consultations" => "咨询",
        "trends" => "咨询趋势",
        "close-session" => "退出设备",
        "sign-in" => "登录",
        "sign-out" => "退出",
        "submit" => "提交",
        "accept" => "通过",
        "return" | "returned" => "退回",
        "withdraw" => "撤回",
        "answered" => "自动答复",
        "waiting" => "转值班人员",
        "talking" => "接手",
        "closed" => "结束",
        "say" => "写一条",
        "read" => "打开",
        "uncover" => "查看联系方式",
        "contact" => "留联系方式",
        "erase" => "到期抹去",
        "put" => "排班",
        "remove" => "撤下",
        "surge" => "突增提醒",
        "write" => "写稿",
        "attach" => "添加附件",
        "detach" => "删去附件",
        "publish" => "发布",
        "cancel-event" => "撤销事件",
        "start-campaign" => "启动方案",
        "end-campaign" => "结束方案",
        "enter" => "登记",
        "add-event" => "登记事件",
        "amend-plan" => "修订方案",
        "edit-calendar" => "改校历",
        "edit" => "改写",
        "draft" => "起稿",
        "signed" => "签发",
        "submitted" => "报送",
        "accepted" => "接收",
        "figures" => "记入统计",
        "suspect" => "发现雷同",
        "judge" => "判定疑点",
        "measure" => "填报指标",
        "withdraw-measure" => "撤回指标填报",
        "take-over" => "接收历史资料",
        "notify" => "发消息",
        "resend" => "重发",
        other => other,
    };
    format!("{}·{word}", action_words(permission))
}

pub(super) fn action_words(code: &str) -> &str {
    match code {
        "read" => "查看",
        "read-people" => "查看人员",
        "reveal" => "敏感信息",
        "submit" => "提交记录",
        "review" => "审核",
        "report" => "月报",
        "review-report" => "审核月报",
        "exempt" => "豁免",
        "manage-organisation" => "组织人员",
        "manage-plans" => "方案",
        "manage-accounts" => "账号",
        "audit" => "审计",
        "export" => "导出",
        "ask" => "提问",
        "consult" => "咨询",
        "manage-consult" => "咨询设置",
        "write-content" => "宣传库",
        "review-content" => "宣传库审核",
        "self" => "本人",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::verb;

    /// Every verb that storage writes as a word of its own has Chinese words.
    #[test]
    fn what_is_written_into_the_chain_is_read_in_chinese() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../storage/src");
        let mut open = vec![std::path::PathBuf::from(folder)];
        let mut seen = 0;
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    open.push(path);
                    continue;
                }
                let text = std::fs::read_to_string(&path).expect("a source");
                for rest in text.split(".audit(").skip(1) {
                    let mut parts = rest.split(',').skip(1);
                    let word = parts.next().unwrap_or_default().trim();
                    let Some(word) = word.strip_prefix('"').and_then(|it| it.strip_suffix('"'))
                    else {
                        continue;
                    };
                    seen += 1;
                    let words = verb(&format!("self:{word}"));
                    assert!(!words.contains(word), "“{word}” has no Chinese words");
                }
            }
        }
        assert!(seen > 20, "only {seen} verbs were found");
    }
}
