#include "testing/spellings.hpp"

namespace loan_manager::testing {
namespace {

void add(std::vector<std::string>& all, const std::vector<std::string>& more) {
    all.insert(all.end(), more.begin(), more.end());
}

const std::vector<std::string> spaces{" ",      "\u00A0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003",
                                      "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200A",
                                      "\u2028", "\u2029", "\u202F", "\u205F", "\u3000", "\t"};
const std::vector<std::string> dashes{
    "-",      "\u058A", "\u05BE", "\u1400", "\u1806", "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2015",
    "\u2212", "\u2E17", "\u2E1A", "\u2E3A", "\u2E3B", "\u2E40", "\u301C", "\u3030", "\u30A0", "\uFE31", "\uFE32",
    "\uFE58", "\uFE63", "\uFF0D", "\u2043", "\u207B", "\u208B", "\u02D7", "\u2796", "\u30FC", "\uFF70", "\u0640",
    "\u00AF", "\u203E", "_",      "\uFF3F", "~",      "\u223C", "\u2500", "\u2501"};
const std::vector<std::string> dots{".",      "\u00B7", "\u2022", "\u2024", "\u2025", "\u2026", "\u2027", "\u22C5",
                                    "\u30FB", "\uFF65", "\u3002", "\uFF0E", "\uFF61", "\uFE52", "\u06D4", "\u0589",
                                    "\u0701", "\u16EB", "\u1362", "\u166E", "\u1803", "\u2CF9", "\uA4FF", "\u25CF",
                                    "\u0387", ",",      ":",      "\u02D9", "\uA4F8"};
const std::vector<std::string> slashes{"/",      "\\",     "|",      "\u2044", "\u2215", "\u29F8", "\u29F9",
                                       "\uFF0F", "\uFF3C", "\u2571", "\u2572", "\u27CB", "\u00A6"};
const std::vector<std::string> others{"(", ")",      "*",      "#",          "'",      "\"",
                                      "+", "\u2019", "\u201C", "\U0001F3CD", "\u2605", "\u3001"};
const std::vector<std::string> invisible{
    "\u00AD",     "\u034F",     "\u061C",     "\u115F",    "\u1160",     "\u17B4",     "\u17B5",     "\u180B",
    "\u180E",     "\u200B",     "\u200C",     "\u200D",    "\u200E",     "\u200F",     "\u2060",     "\u2061",
    "\u2063",     "\u206A",     "\u206F",     "\u2800",    "\u3164",     "\uFE00",     "\uFE0E",     "\uFE0F",
    "\uFEFF",     "\uFFA0",     "\uFFF9",     "\uFFFB",    "\U0001BCA0", "\U0001D173", "\U0001D159", "\U000E0001",
    "\U000E0020", "\U000E0041", "\U000E007F", "\U000E0100"};

}  // namespace

std::vector<std::string> invisible_separators() { return invisible; }

std::vector<std::string> separators() {
    std::vector<std::string> all;
    for (const auto* kind : {&spaces, &dashes, &dots, &slashes, &others, &invisible}) add(all, *kind);
    return all;
}

std::vector<PlateSpelling> plate_spellings() {
    std::vector<PlateSpelling> list;
    for (const auto& s : separators()) {
        for (const auto& typed :
             {"WP" + s + "CAB" + s + "1234", s + "wp" + s + s + "cab-1234" + s, "WP CAB" + s + "1234",
              "WP" + s + " - " + s + "CAB" + s + "1234", "WPCAB" + s + "1234", "WP" + s + "CAB1234"}) {
            list.push_back({typed, "WP-CAB-1234", "CAB-1234", false});
        }
        list.push_back({"64" + s + "3456", "64-3456", "64-3456", false});
        list.push_back({s, "", "", false});
        list.push_back({s + "n" + s + "a" + s, "", "", false});
    }
    const std::vector<PlateSpelling> plain{
        {"WPCAB1234", "WP-CAB-1234", "CAB-1234"},
        {"wpcab1234", "WP-CAB-1234", "CAB-1234"},
        {"CAB1234", "CAB-1234", "CAB-1234"},
        {"AB1234", "AB-1234", "AB-1234"},
        {"WPAB1234", "WP-AB-1234", "AB-1234"},
        {"SGABC1234", "SG-ABC-1234", "ABC-1234"},
        {"WPA1234", "WPA-1234", "WPA-1234"},
        {"WP1234", "WP-1234", "WP-1234"},
        {"WP-1234", "WP-1234", "WP-1234"},
        {"SP 19-0001", "SP-19-0001", "19-0001"},
        {"5-1234", "5-1234", "5-1234"},
        {"125-4567", "125-4567", "125-4567"},
        {"643456", "643456", "643456", true},
        {"WP643456", "WP643456", "WP643456", true},
        {"WPCAB12345", "WPCAB12345", "WPCAB12345", true},
        {"XXCAB1234", "XXCAB1234", "XXCAB1234", true},
        {"C-AB-1234", "C-AB-1234", "C-AB-1234", true},
        {"XX-ABC-1234", "XX-ABC-1234", "XX-ABC-1234", true},
        {"WP-ABC-1234-5", "WP-ABC-1234-5", "ABC-1234-5", true},
        {"WP-SP-ABC-1234", "WP-SP-ABC-1234", "SP-ABC-1234", true},
        {"ABCD-1234", "ABCD-1234", "ABCD-1234", true},
        {"\uFF37\uFF30\u3000\uFF23\uFF21\uFF22\uFF0D\uFF11\uFF12\uFF13\uFF14", "WP-CAB-1234", "CAB-1234"},
        {"\u24CC\u24C5 \U0001D402\U0001D400\U0001D401 \U0001D7CF\U0001D7D0\U0001D7D1\U0001D7D2", "WP-CAB-1234",
         "CAB-1234"},
        {"WP CAB \u00B9\u00B2\u00B3\u2074", "WP-CAB-1234", "CAB-1234"},
        {"caf\u00E9 1", "CAF\u00C9-1", "CAF\u00C9-1", true},
        {"cafe\u0301 1", "CAF\u00C9-1", "CAF\u00C9-1", true},
        {"\u00DF1", "SS1", "SS1", true},
        // The older plates: the Sinhala word may be typed with or without its joiner.
        {"12 \u0DC1\u0DCA\u200D\u0DBB\u0DD3 3456", "12-\u0DC1\u0DCA\u0DBB\u0DD3-3456",
         "12-\u0DC1\u0DCA\u0DBB\u0DD3-3456", true},
        {"12-\u0DC1\u0DCA\u0DBB\u0DD3-3456", "12-\u0DC1\u0DCA\u0DBB\u0DD3-3456", "12-\u0DC1\u0DCA\u0DBB\u0DD3-3456",
         true},
        {"\u0301CAB-1234", "CAB-1234", "CAB-1234"},
        {"CAB -\u0301\u0316 1234", "CAB-1234", "CAB-1234"},
        {"CAB\u00B41234", "CAB-1234", "CAB-1234"},
        {"NAB-1234", "NAB-1234", "NAB-1234"},
        {"NA-1234", "NA-1234", "NA-1234"},
        {"NONE-1", "NONE-1", "NONE-1", true},
        {"", "", ""},
    };
    list.insert(list.end(), plain.begin(), plain.end());
    for (const char* none : {"N/A",
                             "n/a",
                             "NA",
                             "n.a.",
                             "Nil",
                             "NONE",
                             "null",
                             "TBA",
                             "t.b.a.",
                             "TBC",
                             "unknown",
                             "Un-Known",
                             "UNREGISTERED",
                             "un registered",
                             "- n / a -",
                             "\uFF2E\uFF0F\uFF21",
                             "N\u2044A",
                             "---",
                             "...",
                             "???",
                             "--/--",
                             "\u2014",
                             "* * *",
                             "N\u200BA",
                             "n\u00A0i\u00A0l"}) {
        list.push_back({none, "", "", false});
    }
    return list;
}

std::vector<NumberSpelling> number_spellings() {
    std::vector<NumberSpelling> list;
    for (const auto& s : separators()) {
        list.push_back({"md2" + s + "a11" + s + "CZ845779", "MD2A11CZ845779"});
        list.push_back({s + s + "MD2A11CZ845779" + s, "MD2A11CZ845779"});
        list.push_back({s, ""});
        list.push_back({"T" + s + "B" + s + "C", ""});
    }
    const std::vector<NumberSpelling> plain{
        {"me4 kc-09 xyz", "ME4KC09XYZ"},
        {"MD2-A11 CZ845779", "MD2A11CZ845779"},
        {"\uFF2D\uFF24\uFF12", "MD2"},
        {"\u2460\u2461", "12"},
        {"\u00BD", "12"},
        {"a\u0316\u0301b", "\u00C1B"},
        {"\u0BB5\u0BBF1", "\u0BB51"},
        {"\u0661\u0662", "\u0661\u0662"},
        {"\u2167", "VIII"},
        {"stra\u00DFe", "STRASSE"},
        {"\uFB01", "FI"},
        {"\u1112\u1161-\u11AB", "\uD55C"},
        {"N/A", ""},
        {"unknown", ""},
        {"un-registered", ""},
        {"NIL", ""},
        {"NIL1", "NIL1"},
        {"0", "0"},
        {"", ""},
    };
    list.insert(list.end(), plain.begin(), plain.end());
    return list;
}

}  // namespace loan_manager::testing
