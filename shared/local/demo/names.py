"""Company names for the demo: a new one each second, never confusable with another of them (pure).

The rules compare trade names by their characters in any order, by their sound, and by one character
more or less. So all names have four characters, each position has its own alphabet, and no two
characters of a position sound alike.
"""

from __future__ import annotations

ALPHABETS = (
    "湘岳麓沅澧资橘洞君浏星芙莲枫桃梅竹松柏桂云霞晴晨朝春夏秋青丹紫银",
    "江山河川海波流泉林峰岭崖谷原野岸洲湾泽浪潮涛石岩沙泊溪塘渡帆礁港",
    "文景和瑞祥安康宁乐欣荣华昌盛隆泰嘉福禄寿吉庆恒永久远志诚信德仁礼",
    "源堂轩阁斋苑庄坊居楼台庭桥门窗灯笔墨纸砚琴棋书画茶香梦韵曲巷径廊",
)
COUNT = 32**4


def trade_name(number: int) -> str:
    """The trade name with this number; they repeat after `COUNT`."""
    characters = []
    for alphabet in ALPHABETS:
        number, place = divmod(number, len(alphabet))
        characters.append(alphabet[place])
    return "".join(characters)
