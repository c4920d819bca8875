package understand

import "strings"

// Chinese: what both scripts share stands once, in the simplified script, and is
// turned into the other by traditional; what people say differently on either
// side stands in the two lists behind.

// chineseWeekdays are Sunday to Saturday after 周, 星期 or 礼拜.
var chineseWeekdays = [...]string{"日|天", "一", "二", "三", "四", "五", "六"}

// chineseTerms are the words of both scripts.
func chineseTerms() []term {
	var out []term
	for wd, days := range chineseWeekdays {
		for day := range strings.SplitSeq(days, "|") {
			for _, week := range []string{"周", "星期", "礼拜", "拜"} {
				if week == "周" && day == "天" {
					continue
				}
				out = append(out, term{week + day, weekday, wd})
				for shift, said := range []string{"", "上|上个", "这|这个|本", "下|下个", "下下|下下个"} {
					if shift == 0 || week == "拜" && shift != 2 && shift != 3 {
						continue
					}
					for s := range strings.SplitSeq(said, "|") {
						out = append(out, term{s + week + day, weekdayIn, shift*7 + wd})
					}
				}
			}
		}
	}
	for _, list := range [][]term{
		of(relDay, 0, "今天|今日|今儿|今天内"), of(relDay, 1, "明天|明日|明儿|明早|明晚"), of(relDay, 2, "后天|後天"), of(relDay, 3, "大后天|大後天"),
		of(relDay, -1, "昨天|昨日"), of(relDay, -2, "前天"),
		of(relWeek, 0, "这周|本周|这星期|这个星期|本星期|这礼拜|这个礼拜|这一周"), of(relWeek, 1, "下周|下星期|下个星期|下礼拜|下个礼拜|下一周"),
		of(relWeek, 2, "下下周|下下星期|下下个星期|下下礼拜|下下个礼拜"), of(relWeek, -1, "上周|上星期|上个星期|上礼拜|上个礼拜"),
		of(relMonth, 0, "这个月|本月|这月|当月"), of(relMonth, 1, "下个月|下月"), of(relMonth, 2, "下下个月|下下月"), of(relMonth, -1, "上个月|上月"),
		of(relYear, 0, "今年|本年"), of(relYear, 1, "明年"), of(relYear, 2, "后年"), of(relYear, -1, "去年"), of(relYear, -2, "前年"),
		of(weekend, 0, "周末|这周末|这个周末|本周末|礼拜六日"), of(weekend, 1, "下周末|下个周末"),
		of(endOf, 1, "月底|月末"), of(endOf, 0, "底|最后一天"),
		of(yearUnit, 0, "年"), of(monthUnit, 0, "月|月份"), of(dayUnit, 0, "号|日"), of(days, 0, "天|日后"), of(weeks, 0, "周|星期|礼拜|个星期|个礼拜|个周"),
		of(months, 0, "个月"), of(years, 0, "个年头"),
		of(after, 0, "后|之后|以后|过后"), of(ago, 0, "前|之前|以前"), of(within, 0, "过"), of(firstYear, 1, "元"),
		of(upcoming, 0, "最近的"),
		of(era, 0, "明治"), of(era, 1, "大正"), of(era, 2, "昭和"), of(era, 3, "平成"), of(era, 4, "令和"), of(era, len(eras), "民國|民国"),

		of(hourUnit, 0, "点|点钟|点整|时"), of(minuteUnit, 0, "分|分钟"), of(half, 0, "半"), of(afterHour, 15, "一刻|一刻钟"), of(afterHour, 45, "三刻"), of(less, 0, "差"), of(plus, 0, "过"),
		of(amPM, 0, "上午|早上|早晨|清晨"), of(amPM, 1, "下午|午后"), of(dayPart, partMorning, "上午的时候|一早|早"), of(dayPart, partNight, "晚上|夜里|晚"), of(dayPart, partEvening, "傍晚"),
		of(dayPart, partDaytime, "白天"), of(clock, 720, "中午|正午"),
		of(from, 0, "以后的时间|之后的时间|开始|起"), of(until, 0, "为止|之前都|以前都"), of(to, 0, "到|至"), of(around, 0, "左右|前后|大概|大约"),
		of(later, 0, "晚一点|晚一些|再晚|更晚|往后|还有别的|后面的"), of(earlier, 0, "早一点|早一些|再早|更早|提前"),
		of(soonest, 0, "最早|最快|尽快|尽早|越早越好|越快越好|什么时候都可以|随时|都可以|都行|哪天都行|最近"),
		of(anyOther, 0, "别的时间|其他时间|换一天|换个时间|其他日期|别的日子|都不行|都不合适|都不可以|没有合适的"),
		of(or, 0, "或|或者|还是"), of(not, 0, "不行|不可以|不能|不是|不要|除了|以外|没空|去不了|来不了|不方便|不知道|不清楚|没时间"),

		of(person, 0, "人|位|个人|口|口人|名"), of(counted, 0, "个|张|份|次|件|台"), of(people, 2, "俩|我们俩|咱俩|两口子"), of(people, 3, "仨"),
		of(self, 1, "我老婆|我太太|我妻子|我老公|我先生|我丈夫|我妈|我爸|我女儿|我儿子"), of(adults, 0, "大人|成人|小孩|孩子|儿童"),
		of(num, 2, "两"), of(num, 0, "零"), of(dash, 0, "负"),
		of(ordinal, 1, "第一个|第一"), of(ordinal, 2, "第二个|第二"), of(ordinal, 3, "第三个|第三"), of(ordinal, 4, "第四个|第四"), of(ordinal, 5, "第五个|第五"),
		of(ordinal, 1, "最上面"), of(lastOne, 0, "最后一个|最下面|最后那个"), of(ordMark, 0, "个选项"),

		of(filler, 0, "的|吧|啊|呢|吗|嘛|哦|喔|哈|呀|了|就|那|那就|我|我们|我想|我要|想|要|去|来|过来|可以|可以吗|行吗|好吗|行|好|好的|能|能不能|请|麻烦|麻烦你|谢谢|您|你|是|在|于|出生|出生的|生的|生|生日|生于|方便|有空|有时间|有吗|还有吗|预约|时间|日期|当天|这天|一共|总共|共|家里|一家|全家|只有|就是|应该|大家|的话|都|一起|和|跟|选|选择|给我|帮我|约|应该是|整"),
	} {
		out = append(out, list...)
	}
	return out
}

var simplifiedChinese = words{
	lang:    "zh-Hans",
	order:   monthFirst,
	terms:   chineseTerms(),
	yes:     split("是|是的|对|对的|对啊|对呀|嗯|嗯嗯|恩|好|好的|好啊|好吧|好呀|行|可以|可以的|没问题|没错|确认|同意|我同意|有|有的|要|需要|当然|当然可以|正确|是这样|是我|ok的|OK|可以啊|行的|就这样|就这样吧|没事可以|好滴|好哒|在的|会|会的|预约吧|就这个|没有问题|麻烦了|麻烦你了|好谢谢|1个确认"),
	no:      split("不|不是|不是的|不对|没有|没|不要|不用|不用了|不行|不可以|不需要|不同意|错了|不对的|还没|还没有|否|没呢|不了|算了不要|不必|不必了|没带|没收到|不会|不想|不太行|不要了|不好|并不是|没有的"),
	either:  split("没事|还好|随便|都可以"),
	unsure:  split("不太确定|不太确|不是很确定|记不清|不记得|不知道|不清楚|不太清楚|不确定|不一定|没想好|还没想好|没听懂|不明白|不懂|不太懂|可能|也许"),
	heads:   split("我想要|我要|我想|我选|选|请|麻烦|那就|那|就|嗯|呃|那个|应该是|是"),
	tails:   split("吧|啊|呀|呢|哦|的|了|谢谢|谢谢你|谢谢您|可以吗|好吗|行吗|就行|就可以|好了|这个|那个"),
	company: chineseCompany(),
	nobody:  split("没人|没有人|没有|谁都不来|没有别人|一个也没有|一个都没有|零|无|没有其他人|沒人"),
	parties: []partyPhrase{
		{"就我自己", 1, 0.95}, {"只有我自己", 1, 0.95}, {"就我自己而已", 1, 0.95}, {"我自己一个", 1, 0.95}, {"我自己一個", 1, 0.95}, {"只有我而已", 1, 0.95},
		{"就我一个人", 1, 0.95}, {"就我一个", 1, 0.95}, {"只有我", 1, 0.95}, {"就我", 1, 0.95}, {"我自己", 1, 0.95}, {"我一个人", 1, 0.95}, {"只有我一个人", 1, 0.95}, {"一个人", 1, 0.95}, {"本人", 1, 0.8}, {"我", 1, 0.7},
		{"我和我老婆", 2, 0.95}, {"我和我老公", 2, 0.95}, {"我和太太", 2, 0.95}, {"我和先生", 2, 0.95}, {"夫妻两个", 2, 0.95}, {"夫妻", 2, 0.8}, {"我们俩", 2, 0.95}, {"我和孩子", 2, 0.7},
	},
	commands:     chineseCommands(false),
	loose:        chineseLoose(false),
	lacking:      split("还没|还没有|没有收到|没收到|没带|没拿"),
	switchWords:  split("用|请用|请说|说|讲|改成|换成|换|切换成|切换到|切换|改用|我要|我想用|可以用|能用|能不能用|可以|会|会说|你会|吗|吧|好吗|可以吗|谢谢|请|版|界面|显示|服务|有|有没有|的|我只会|我只会说|想用|改"),
	strongSwitch: split("换成|改成|切换成|切换到|请用|请说"),
	stop:         split("我想|我要|想要|请问|怎么|怎么办|怎样|一下|可以|需要|什么|您好|你好|谢谢|麻烦|帮我|我的|了吗|的话|能不能|可不可以|要办|办理|应该|哪里|如何|知道|问一下|想问|刚刚|已经|还是"),
}

var traditionalChinese = words{
	lang:    "zh-Hant",
	order:   monthFirst,
	terms:   traditionalTerms(),
	yes:     split("是|是的|是喔|對|對的|對啊|對呀|嗯|嗯嗯|好|好的|好啊|好喔|好哦|好吧|行|可以|可以的|可以啊|沒問題|沒錯|確認|同意|我同意|有|有的|有喔|要|需要|當然|當然可以|正確|ok的|OK|就這樣|就這樣吧|對對|好麻煩你了|麻煩了|麻煩你了|好謝謝|係|係呀|冇問題|就這個|沒有問題|會|會的"),
	no:      split("不|不是|不是喔|不對|沒有|沒|不要|不用|不用了|不用謝謝|不行|不可以|不需要|不同意|錯了|還沒|還沒有|還沒欸|否|不了|不必|不必了|沒帶|沒收到|不會|不想|不太行|不要了|不好|唔係|冇|唔要|沒有喔"),
	either:  split("沒事|還好|隨便|都可以"),
	unsure:  split("不太確定|不是很確定|記不清|不記得|不知道|不清楚|不太清楚|不確定|不一定|還沒想好|聽不懂|看不懂|不懂|不太懂|可能|也許|應該吧"),
	heads:   split("我想要|我要|我想|我選|選|請|麻煩|那就|那|就|嗯|呃|那個|應該是|是"),
	tails:   split("吧|啊|呀|呢|喔|哦|的|了|謝謝|謝謝你|謝謝您|可以嗎|好嗎|行嗎|就行|就可以|好了|這個|那個|欸|耶"),
	company: inTraditional(chineseCompany()),
	nobody:  split("沒人|沒有人|沒有|誰都不來|沒有別人|一個也沒有|一個都沒有|零|無|沒有其他人|没人|都沒有|沒有任何人"),
	parties: []partyPhrase{
		{"就我自己", 1, 0.95}, {"只有我自己", 1, 0.95}, {"就我自己而已", 1, 0.95}, {"我自己一个", 1, 0.95}, {"我自己一個", 1, 0.95}, {"只有我而已", 1, 0.95},
		{"就我一個人", 1, 0.95}, {"就我一個", 1, 0.95}, {"只有我", 1, 0.95}, {"只有我一個", 1, 0.95}, {"就我", 1, 0.95}, {"我自己", 1, 0.95}, {"我一個人", 1, 0.95}, {"只有我一個人", 1, 0.95}, {"一個人", 1, 0.95}, {"本人", 1, 0.8}, {"我", 1, 0.7},
		{"我和我太太", 2, 0.95}, {"我跟我老公", 2, 0.95}, {"我跟我老婆", 2, 0.95}, {"我和先生", 2, 0.95}, {"夫妻", 2, 0.8}, {"我們兩個", 2, 0.95}, {"我跟小孩", 2, 0.7},
	},
	commands:     chineseCommands(true),
	loose:        chineseLoose(true),
	lacking:      split("還沒|還沒有|沒有收到|沒收到|沒帶|沒拿"),
	switchWords:  split("用|請用|請說|說|講|改成|換成|換|切換成|切換到|切換|改用|我要|我想用|可以用|能用|可以|會|會說|你會|嗎|吧|好嗎|可以嗎|謝謝|請|版|介面|顯示|服務|有|有沒有|的|我只會|我只會說|想用|改"),
	strongSwitch: split("換成|改成|切換成|切換到|請用|請說"),
	stop:         split("我想|我要|想要|請問|怎麼|怎麼辦|怎樣|一下|可以|需要|什麼|您好|你好|謝謝|麻煩|幫我|我的|了嗎|的話|能不能|可不可以|要辦|辦理|應該|哪裡|如何|知道|問一下|想問|剛剛|已經|還是"),
}

// traditionalTerms are the shared words in both scripts, and those said
// otherwise in Taiwan and Hong Kong. People who write one script send the other
// too, so both are known.
func traditionalTerms() []term {
	shared := chineseTerms()
	out := make([]term, 0, 2*len(shared)+16)
	for _, t := range shared {
		out = append(out, term{traditional(t.text), t.kind, t.val})
	}
	out = append(out, of(relDay, 1, "明仔載")...)
	out = append(out, of(amPM, 1, "下晝")...)
	out = append(out, of(amPM, 0, "上晝")...)
	out = append(out, of(relDay, 1, "聽日")...)
	out = append(out, of(relDay, 2, "後日")...)
	out = append(out, of(filler, 0, "喔|欸|耶|啦|麻煩你|請問|拜託|可以喔|我們")...)
	return append(out, shared...)
}

func inTraditional(terms []term) []term {
	for i := range terms {
		terms[i].text = traditional(terms[i].text)
	}
	return terms
}

// traditional turns the words of this file into the traditional script. It knows
// the characters that stand here and no others.
func traditional(s string) string { return toTraditional.Replace(s) }

var toTraditional = strings.NewReplacer(strings.Fields(scripts)...)

// traditionalLetters are the letters of that script alone.
var traditionalLetters = func() string {
	var b strings.Builder
	for i, f := range strings.Fields(scripts) {
		if i%2 == 1 {
			b.WriteString(f)
		}
	}
	return b.String()
}()

// scripts are pairs: a character in the simplified script and in the traditional.
const scripts = `
	周 週 专 專 后 後 这 這 个 個 礼 禮 号 號 点 點 时 時 钟 鐘 间 間 两 兩 为 為 开 開 还 還 没 沒 过 過 尽 盡 么 麼 换 換 别 別 来 來 们 們 讲 講
	说 說 话 話 吗 嗎 对 對 预 預 约 約 总 總 应 應 该 該 选 選 择 擇 请 請 烦 煩 谢 謝 给 給 帮 幫 样 樣 错 錯 问 問 题 題 张 張 几 幾 处 處 转 轉
	务 務 员 員 联 聯 谁 誰 语 語 听 聽 读 讀 写 寫 认 認 识 識 脑 腦 电 電 删 刪 关 關 闭 閉 动 動 让 讓 办 辦 证 證 码 碼 记 記 丢 丟 会 會 当 當
	实 實 现 現 误 誤 单 單 级 級 线 線 确 確 从 從 头 頭 续 續 进 進 仅 僅 妈 媽 儿 兒 孙 孫 岁 歲 妇 婦 里 裡 边 邊 随 隨 适 適 负 負 义 義 释 釋
	难 難 输 輸 结 結 断 斷 订 訂 变 變 复 複 术 術 机 機 长 長 愿 願 远 遠 备 備 节 節 欢 歡 汉 漢 简 簡 体 體 国 國 东 東 车 車 场 場 费 費 临 臨
	补 補 资 資 户 戶 迁 遷 区 區 医 醫 药 藥 门 門 厅 廳 钱 錢 见 見 许 許 谈 談 报 報 领 領 刚 剛 带 帶 发 發 网 網 种 種 类 類 经 經 济 濟 学 學
	爱 愛 热 熱 亲 親 闺 閨 婴 嬰 爷 爺 译 譯 宝 寶 习 習 计 計 双 雙 嬷 嬤
`

// chineseCommands are the commands in one of the scripts.
func chineseCommands(inTraditional bool) []commandPhrase {
	var out []commandPhrase
	for _, list := range [][]commandPhrase{
		say(Thanks, 0, "谢谢|谢谢你|谢谢您|多谢|感谢|非常感谢|太感谢了"),
		say(Back, 0, "返回|返回上一步|上一步|回到上一步|回上一步|后退|退回|回去|上一题|回上一题|回到上一题|上一个问题|回上一个问题|返回上一题|往回"),
		say(Correct, 0, "修改|我要修改|我要改|改一下|我想改|我想改一下|我想改一下答案|改答案|修改答案|写错了|我写错了|填错了|我填错了|选错了|我选错了|搞错了|弄错了|打错了|更正|我要更正|想改一下"),
		say(Repeat, 0, "再说一遍|再说一次|请再说一遍|请再说一次|重复|重复一遍|重复一次|再问一次|没听清|没听清楚|没看清|什么|啥"),
		say(Restart, 0, "重新开始|从头开始|从头再来|重来|重新来|重新来过|重新来一遍|从头来|重新做|回到开头|回到首页|首页|菜单|主菜单|回到菜单|重头开始"),
		say(Stop, 0, "停止|停|结束|退出|不办了|不弄了|不做了|中止|终止|算了|我不办了|我不想办了|不要了算了|到此为止|再见|拜拜|先这样|停下"),
		say(Stop, cancelConfidence, "取消|我要取消|我想取消|取消吧"),
		say(Person, 0, "人工|转人工|人工客服|人工服务|我要人工|我要找人工|找人工|真人|真人客服|客服|工作人员|找工作人员|职员|我想跟真人说话|我想跟真人讲话|我要跟人说话|和人说话|想和工作人员说话|专人|转接专人|转专人|找人帮忙|联系工作人员"),
		say(Language, 0, "语言|换语言|更换语言|切换语言|改语言|其他语言|别的语言|我不懂日语|我不会日语|看不懂日语|听不懂日语|不懂日文|看不懂日文|我不会日文|语言设置"),
		say(Help, 0, "帮助|帮忙|帮帮我|救命|什么意思|这是什么意思|这是什么|看不懂|不明白|我不明白|不懂|我不懂|没看懂|怎么用|解释一下|请解释|为什么问这个"),
		say(Help, 0.85, "不知道|我不知道|不清楚|不太清楚|不太懂|听不懂|为什么"),
		say(Skip, 0, "跳过|跳过这个|跳过这题|略过|不填|不想说|不想回答|不回答|下一题|下一个|没有要补充的|先不填"),
	} {
		out = append(out, list...)
	}
	return inScript(out, inTraditional)
}

func chineseLoose(inTraditional bool) []commandPhrase {
	return inScript([]commandPhrase{
		{Person, "*有*人*说话*", 0.85}, {Person, "*有*人*讲话*", 0.85}, {Person, "*有*人*讲电话*", 0.85}, {Person, "*有*人*通电话*", 0.85}, {Person, "*有*人*聊*", 0.85}, {Person, "*找*人*说话*", 0.85}, {Person, "*和真人*", 0.85},
		{Person, "*转*人员*", 0.85}, {Person, "*跟*人员*", 0.8}, {Person, "*和*人员*说*", 0.85}, {Person, "*跟人聊*", 0.85}, {Person, "*找个人*", 0.8}, {Person, "*接人工*", 0.9}, {Back, "*前一个问题*", 0.85}, {Back, "*前面的问题*", 0.85}, {Back, "*上个问题*", 0.85}, {Back, "*前一题*", 0.85}, {Back, "*回到前*", 0.8},
		{Correct, "{}写错了", 0.9}, {Correct, "{}填错了", 0.9}, {Correct, "{}选错了", 0.9}, {Correct, "{}不对", 0.85}, {Correct, "我想改{}", 0.85}, {Correct, "我要改{}", 0.85}, {Correct, "修改{}", 0.65}, {Correct, "把{}改*", 0.8},
		{Person, "*跟工作人员*", 0.85}, {Person, "*和工作人员*", 0.85}, {Person, "*找工作人员*", 0.85}, {Person, "*转人工*", 0.9}, {Person, "*找人工*", 0.9}, {Person, "*人工客服*", 0.9}, {Person, "*跟人说话*", 0.85}, {Person, "*和人说话*", 0.85}, {Person, "*真人*", 0.8}, {Person, "*跟人讲话*", 0.85}, {Person, "*专人*", 0.8}, {Person, "*联系*工作人员*", 0.85}, {Person, "*叫*工作人员*", 0.85}, {Person, "*跟人聊*", 0.85},
		{Restart, "*从头开始*", 0.85}, {Restart, "*重新开始*", 0.85}, {Restart, "*从头再来*", 0.85}, {Restart, "*重新来*", 0.8},
		{Back, "*上一步*", 0.85}, {Back, "*上一题*", 0.85}, {Back, "*上一个问题*", 0.85},
		{Repeat, "*再说一遍*", 0.85}, {Repeat, "*再说一次*", 0.85}, {Repeat, "*重复一遍*", 0.85}, {Repeat, "*再讲一次*", 0.85},
		{Language, "*看不懂日语*", 0.9}, {Language, "*不懂日语*", 0.9}, {Language, "*不会日语*", 0.9}, {Language, "*换*语言*", 0.85}, {Language, "*不懂日文*", 0.9},
		{Stop, "*不想办了*", 0.85}, {Stop, "*不办了*", 0.85}, {Stop, "*不弄了*", 0.85},
		{Help, "{}是什么意思*", 0.9}, {Help, "{}是什么", 0.8}, {Help, "什么是{}", 0.85}, {Help, "什么叫{}", 0.9},
		{Skip, "*不想回答*", 0.85}, {Skip, "*跳过*", 0.8},
	}, inTraditional)
}

func inScript(list []commandPhrase, inTraditional bool) []commandPhrase {
	if !inTraditional {
		return list
	}
	for i := range list {
		list[i].text = traditional(list[i].text)
	}
	return list
}

// chineseCompany is in simplified characters, with the words of both sides.
func chineseCompany() []term {
	return joinTerms(
		of(speaker, 1, "我|我自己|本人|自己|咱"),
		of(self, 1, "老婆|老公|太太|先生|妻子|丈夫|爱人|媳妇|我老婆|我老公|我太太|我先生|我妻子|我丈夫|我爱人|妈妈|爸爸|我妈|我爸|妈|爸|母亲|父亲|婆婆|公公|岳母|岳父|丈母娘|老丈人|奶奶|爷爷|外婆|外公|姥姥|姥爷|我奶奶|我爷爷|男朋友|女朋友|我男朋友|我女朋友|阿嬷|阿公|阿妈"),
		of(kin, 1, "儿子|女儿|闺女|我儿子|我女儿|我闺女|宝宝|婴儿|我家宝宝|哥哥|弟弟|姐姐|妹妹|我哥|我弟|我姐|我妹|孙子|孙女|室友|朋友|同事|同学|翻译|媽媽|翻譯|室友|侄子|表弟|表妹|舅舅|阿姨|叔叔"),
		of(kin, 2, "爸妈|父母|爷爷奶奶|外公外婆|双胞胎|我爸妈|我父母|公婆|岳父母|姥姥姥爷|阿公阿嬷"),
		of(couple, 0, "一家|家人|全家"),
		of(couple, 2, "夫妻|夫妻俩|夫妇|两口子|小两口|老两口|我们夫妻|我们夫妻俩|夫妻两个|我们两口子|夫妻两人|夫妻倆"),
		of(kin, 0, "大人|成人|小孩|孩子|儿童|娃|小朋友|学生|实习生|员工|朋友们|同事们|兄弟|姐妹|小孩子|小孩儿"),
		of(total, 0, "一共|总共|共|合计|加起来|全部|一共是|总共是|加起来一共|共计"), of(added, 0, "加|加上|再加"),
	)
}
