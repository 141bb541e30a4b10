-- Deploy fleet_vehicle_numbers: one motorcycle, however its numbers are typed (D-207, D-208).
--
-- The rule in SQL, as libs/validate/vehicle_number.hpp has it in C++ (a test holds the two together), and the bikes that
-- were recorded before brought to it. What has become equal to the number of another live bike cannot be stored twice: such
-- a bike keeps the key it had, is named here by a NOTICE, and stays in the view fleet.vehicle_number_collisions, which
-- `loan-managerctl check` reads, until somebody corrects one of the two.
BEGIN;

-- Unicode 15 as code points in hexadecimal: after composing (NFKC) and upper case, which characters are letters or decimal
-- digits, which are marks on them, and what is whose upper case (a run of characters, its step, the distance).
DO $$
DECLARE
    letters_and_digits constant text := '
        30-39 41-5A C0-D6 D8-DE 100-2C1 2C6-2D1 2EC 2EE 370-372 376 37F 386-38A 38C 38E-3A1 3A3-3EE 3F7-480 48A-52E
        531-556 559 560-588 5D0-5EA 5EF-5F2 620-63F 641-64A 660-669 66E-66F 671-6D3 6D5 6E5-6E6 6EE-6FC 6FF 710
        712-72F 74D-7A5 7B1 7C0-7EA 7F4-7F5 7FA 800-815 81A 824 828 840-858 860-86A 870-887 889-88E 8A0-8C9 904-939
        93D 950 960-961 966-96F 971-980 985-98C 98F-990 993-9A8 9AA-9B0 9B2 9B6-9B9 9BD 9CE 9E0-9E1 9E6-9F1 9FC
        A05-A0A A0F-A10 A13-A28 A2A-A30 A32 A35 A38-A39 A5C A66-A6F A72-A74 A85-A8D A8F-A91 A93-AA8 AAA-AB0 AB2-AB3
        AB5-AB9 ABD AD0 AE0-AE1 AE6-AEF AF9 B05-B0C B0F-B10 B13-B28 B2A-B30 B32-B33 B35-B39 B3D B5F-B61 B66-B6F B71
        B83 B85-B8A B8E-B90 B92-B95 B99-B9A B9C B9E-B9F BA3-BA4 BA8-BAA BAE-BB9 BD0 BE6-BEF C05-C0C C0E-C10 C12-C28
        C2A-C39 C3D C58-C5A C5D C60-C61 C66-C6F C80 C85-C8C C8E-C90 C92-CA8 CAA-CB3 CB5-CB9 CBD CDD-CDE CE0-CE1
        CE6-CEF CF1-CF2 D04-D0C D0E-D10 D12-D3A D3D D4E D54-D56 D5F-D61 D66-D6F D7A-D7F D85-D96 D9A-DB1 DB3-DBB DBD
        DC0-DC6 DE6-DEF E01-E30 E32 E40-E46 E50-E59 E81-E82 E84 E86-E8A E8C-EA3 EA5 EA7-EB0 EB2 EBD EC0-EC4 EC6
        ED0-ED9 EDE-EDF F00 F20-F29 F40-F47 F49-F6C F88-F8C 1000-102A 103F-1049 1050-1055 105A-105D 1061 1065-1066
        106E-1070 1075-1081 108E 1090-1099 10A0-10C5 10C7 10CD 1100-115E 1161-1248 124A-124D 1250-1256 1258
        125A-125D 1260-1288 128A-128D 1290-12B0 12B2-12B5 12B8-12BE 12C0 12C2-12C5 12C8-12D6 12D8-1310 1312-1315
        1318-135A 1380-138F 13A0-13F5 1401-166C 166F-167F 1681-169A 16A0-16EA 16F1-16F8 1700-1711 171F-1731
        1740-1751 1760-176C 176E-1770 1780-17B3 17D7 17DC 17E0-17E9 1810-1819 1820-1878 1880-1884 1887-18A8 18AA
        18B0-18F5 1900-191E 1946-196D 1970-1974 1980-19AB 19B0-19C9 19D0-19D9 1A00-1A16 1A20-1A54 1A80-1A89
        1A90-1A99 1AA7 1B05-1B33 1B45-1B4C 1B50-1B59 1B83-1BA0 1BAE-1BE5 1C00-1C23 1C40-1C49 1C4D-1C7D 1C90-1CBA
        1CBD-1CBF 1CE9-1CEC 1CEE-1CF3 1CF5-1CF6 1CFA 1D00-1D9A 1E00-1F0F 1F18-1F1D 1F28-1F3F 1F48-1F4D 1F50-1F56
        1F59 1F5B 1F5D 1F5F-1F6F 1F88-1FB4 1FB6-1FC4 1FC6-1FD2 1FD6-1FDA 1FE2-1FEC 1FF2-1FF4 1FF6-1FFC 2132 2183
        2C00-2CE4 2CEB-2CED 2CF2 2D30-2D67 2D80-2D96 2DA0-2DA6 2DA8-2DAE 2DB0-2DB6 2DB8-2DBE 2DC0-2DC6 2DC8-2DCE
        2DD0-2DD6 2DD8-2DDE 2E2F 3005-3006 3031-3035 303B-303C 3041-3096 309D-309E 30A1-30FA 30FD-30FE 3105-312F
        31A0-31BF 31F0-31FF 3400-4DBF 4E00-A48C A4D0-A4F7 A4F9-A4FD A500-A60C A610-A62B A640-A66E A67F-A69A
        A6A0-A6E5 A717-A71F A722-A788 A78B-A7C9 A7D0 A7D3 A7D5-A7D8 A7F5-A801 A803-A805 A807-A80A A80C-A822
        A840-A873 A882-A8B3 A8D0-A8D9 A8F2-A8F7 A8FB A8FD-A8FE A900-A925 A930-A946 A960-A97C A984-A9B2 A9CF-A9D9
        A9E0-A9E4 A9E6-A9FE AA00-AA28 AA40-AA42 AA44-AA4B AA50-AA59 AA60-AA76 AA7A AA7E-AAAF AAB1 AAB5-AAB6
        AAB9-AABD AAC0 AAC2 AADB-AADD AAE0-AAEA AAF2-AAF4 AB01-AB06 AB09-AB0E AB11-AB16 AB20-AB26 AB28-AB2E
        AB30-AB5A AB60-AB68 ABC0-ABE2 ABF0-ABF9 AC00-D7A3 D7B0-D7C6 D7CB-D7FB FA0E-FA29 FE73 10000-1000B 1000D-10026
        10028-1003A 1003C-1003D 1003F-1004D 10050-1005D 10080-100FA 10280-1029C 102A0-102D0 10300-1031F 1032D-10340
        10342-10349 10350-10375 10380-1039D 103A0-103C3 103C8-103CF 10400-1049D 104A0-104A9 104B0-104D3 10500-10527
        10530-10563 10570-1057A 1057C-1058A 1058C-10592 10594-10595 10600-10736 10740-10755 10760-10767 10780
        10800-10805 10808 1080A-10835 10837-10838 1083C 1083F-10855 10860-10876 10880-1089E 108E0-108F2 108F4-108F5
        10900-10915 10920-10939 10980-109B7 109BE-109BF 10A00 10A10-10A13 10A15-10A17 10A19-10A35 10A60-10A7C
        10A80-10A9C 10AC0-10AC7 10AC9-10AE4 10B00-10B35 10B40-10B55 10B60-10B72 10B80-10B91 10C00-10C48 10C80-10CB2
        10D00-10D23 10D30-10D39 10E80-10EA9 10EB0-10EB1 10F00-10F1C 10F27 10F30-10F45 10F70-10F81 10FB0-10FC4
        10FE0-10FF6 11003-11037 11066-1106F 11071-11072 11075 11083-110AF 110D0-110E8 110F0-110F9 11103-11126
        11136-1113F 11144 11147 11150-11172 11176 11183-111B2 111C1-111C4 111D0-111DA 111DC 11200-11211 11213-1122B
        1123F-11240 11280-11286 11288 1128A-1128D 1128F-1129D 1129F-112A8 112B0-112DE 112F0-112F9 11305-1130C
        1130F-11310 11313-11328 1132A-11330 11332-11333 11335-11339 1133D 11350 1135D-11361 11400-11434 11447-1144A
        11450-11459 1145F-11461 11480-114AF 114C4-114C5 114C7 114D0-114D9 11580-115AE 115D8-115DB 11600-1162F 11644
        11650-11659 11680-116AA 116B8 116C0-116C9 11700-1171A 11730-11739 11740-11746 11800-1182B 118A0-118E9
        118FF-11906 11909 1190C-11913 11915-11916 11918-1192F 1193F 11941 11950-11959 119A0-119A7 119AA-119D0 119E1
        119E3 11A00 11A0B-11A32 11A3A 11A50 11A5C-11A89 11A9D 11AB0-11AF8 11C00-11C08 11C0A-11C2E 11C40 11C50-11C59
        11C72-11C8F 11D00-11D06 11D08-11D09 11D0B-11D30 11D46 11D50-11D59 11D60-11D65 11D67-11D68 11D6A-11D89 11D98
        11DA0-11DA9 11EE0-11EF2 11F02 11F04-11F10 11F12-11F33 11F50-11F59 11FB0 12000-12399 12480-12543 12F90-12FF0
        13000-1342F 13441-13446 14400-14646 16800-16A38 16A40-16A5E 16A60-16A69 16A70-16ABE 16AC0-16AC9 16AD0-16AED
        16B00-16B2F 16B40-16B43 16B50-16B59 16B63-16B77 16B7D-16B8F 16E40-16E5F 16F00-16F4A 16F50 16F93-16F9F
        16FE0-16FE1 16FE3 17000-187F7 18800-18CD5 18D00-18D08 1AFF0-1AFF3 1AFF5-1AFFB 1AFFD-1AFFE 1B000-1B122 1B132
        1B150-1B152 1B155 1B164-1B167 1B170-1B2FB 1BC00-1BC6A 1BC70-1BC7C 1BC80-1BC88 1BC90-1BC99 1DF00-1DF1E
        1DF25-1DF2A 1E100-1E12C 1E137-1E13D 1E140-1E149 1E14E 1E290-1E2AD 1E2C0-1E2EB 1E2F0-1E2F9 1E4D0-1E4EB
        1E4F0-1E4F9 1E7E0-1E7E6 1E7E8-1E7EB 1E7ED-1E7EE 1E7F0-1E7FE 1E800-1E8C4 1E900-1E921 1E94B 1E950-1E959
        20000-2A6DF 2A700-2B739 2B740-2B81D 2B820-2CEA1 2CEB0-2EBE0 30000-3134A 31350-323AF';
    marks constant text := '
        300-34E 350-36F 483-489 591-5BD 5BF 5C1-5C2 5C4-5C5 5C7 610-61A 64B-65F 670 6D6-6DC 6DF-6E4 6E7-6E8 6EA-6ED
        711 730-74A 7A6-7B0 7EB-7F3 7FD 816-819 81B-823 825-827 829-82D 859-85B 898-89F 8CA-8E1 8E3-903 93A-93C
        93E-94F 951-957 962-963 981-983 9BC 9BE-9C4 9C7-9C8 9CB-9CD 9D7 9E2-9E3 9FE A01-A03 A3C A3E-A42 A47-A48
        A4B-A4D A51 A70-A71 A75 A81-A83 ABC ABE-AC5 AC7-AC9 ACB-ACD AE2-AE3 AFA-AFF B01-B03 B3C B3E-B44 B47-B48
        B4B-B4D B55-B57 B62-B63 B82 BBE-BC2 BC6-BC8 BCA-BCD BD7 C00-C04 C3C C3E-C44 C46-C48 C4A-C4D C55-C56 C62-C63
        C81-C83 CBC CBE-CC4 CC6-CC8 CCA-CCD CD5-CD6 CE2-CE3 CF3 D00-D03 D3B-D3C D3E-D44 D46-D48 D4A-D4D D57 D62-D63
        D81-D83 DCA DCF-DD4 DD6 DD8-DDF DF2-DF3 E31 E34-E3A E47-E4E EB1 EB4-EBC EC8-ECE F18-F19 F35 F37 F39 F3E-F3F
        F71-F84 F86-F87 F8D-F97 F99-FBC FC6 102B-103E 1056-1059 105E-1060 1062-1064 1067-106D 1071-1074 1082-108D
        108F 109A-109D 135D-135F 1712-1715 1732-1734 1752-1753 1772-1773 17B6-17D3 17DD 1885-1886 18A9 1920-192B
        1930-193B 1A17-1A1B 1A55-1A5E 1A60-1A7C 1A7F 1AB0-1ACE 1B00-1B04 1B34-1B44 1B6B-1B73 1B80-1B82 1BA1-1BAD
        1BE6-1BF3 1C24-1C37 1CD0-1CD2 1CD4-1CE8 1CED 1CF4 1CF7-1CF9 1DC0-1DFF 20D0-20F0 2CEF-2CF1 2D7F 2DE0-2DFF
        302A-302F 3099-309A A66F-A672 A674-A67D A69E-A69F A6F0-A6F1 A802 A806 A80B A823-A827 A82C A880-A881
        A8B4-A8C5 A8E0-A8F1 A8FF A926-A92D A947-A953 A980-A983 A9B3-A9C0 A9E5 AA29-AA36 AA43 AA4C-AA4D AA7B-AA7D
        AAB0 AAB2-AAB4 AAB7-AAB8 AABE-AABF AAC1 AAEB-AAEF AAF5-AAF6 ABE3-ABEA ABEC-ABED FB1E FE20-FE2F 101FD 102E0
        10376-1037A 10A01-10A03 10A05-10A06 10A0C-10A0F 10A38-10A3A 10A3F 10AE5-10AE6 10D24-10D27 10EAB-10EAC
        10EFD-10EFF 10F46-10F50 10F82-10F85 11000-11002 11038-11046 11070 11073-11074 1107F-11082 110B0-110BA 110C2
        11100-11102 11127-11134 11145-11146 11173 11180-11182 111B3-111C0 111C9-111CC 111CE-111CF 1122C-11237 1123E
        11241 112DF-112EA 11300-11303 1133B-1133C 1133E-11344 11347-11348 1134B-1134D 11357 11362-11363 11366-1136C
        11370-11374 11435-11446 1145E 114B0-114C3 115AF-115B5 115B8-115C0 115DC-115DD 11630-11640 116AB-116B7
        1171D-1172B 1182C-1183A 11930-11935 11937-11938 1193B-1193E 11940 11942-11943 119D1-119D7 119DA-119E0 119E4
        11A01-11A0A 11A33-11A39 11A3B-11A3E 11A47 11A51-11A5B 11A8A-11A99 11C2F-11C36 11C38-11C3F 11C92-11CA7
        11CA9-11CB6 11D31-11D36 11D3A 11D3C-11D3D 11D3F-11D45 11D47 11D8A-11D8E 11D90-11D91 11D93-11D97 11EF3-11EF6
        11F00-11F01 11F03 11F34-11F3A 11F3E-11F42 13440 13447-13455 16AF0-16AF4 16B30-16B36 16F4F 16F51-16F87
        16F8F-16F92 16FF0-16FF1 1BC9D-1BC9E 1CF00-1CF2D 1CF30-1CF46 1D165-1D169 1D16D-1D172 1D17B-1D182 1D185-1D18B
        1D1AA-1D1AD 1D242-1D244 1DA00-1DA36 1DA3B-1DA6C 1DA75 1DA84 1DA9B-1DA9F 1DAA1-1DAAF 1E000-1E006 1E008-1E018
        1E01B-1E021 1E023-1E024 1E026-1E02A 1E08F 1E130-1E136 1E2AE 1E2EC-1E2EF 1E4EC-1E4EF 1E8D0-1E8D6 1E944-1E94A';
    upper_case constant text := '
        61-7A/1-32 E0-F6/1-32 F8-FE/1-32 FF+121 101-12F/2-1 131-232 135-137/2-1 13A-13E/2-1 142-148/2-1 14B-177/2-1
        17A-17E/2-1 180+195 183-185/2-1 188-1 18C-1 192-1 195+97 199-1 19A+163 19E+130 1A1-1A5/2-1 1A8-1 1AD-1 1B0-1
        1B4-1B6/2-1 1B9-1 1BD-1 1BF+56 1CE-1DC/2-1 1DD-79 1DF-1EF/2-1 1F5-1 1F9-21F/2-1 223-233/2-1 23C-1
        23F-240/1+10815 242-1 247-24F/2-1 250+10783 251+10780 252+10782 253-210 254-206 256-257/1-205 259-202
        25B-203 25C+42319 260-205 261+42315 263-207 265+42280 266+42308 268-209 269-211 26A+42308 26B+10743
        26C+42305 26F-211 271+10749 272-213 275-214 27D+10727 280-218 282+42307 283-218 287+42282 288-218 289-69
        28A-28B/1-217 28C-71 292-219 29D+42261 29E+42258 345+84 371-373/2-1 377-1 37B-37D/1+130 3AC-38 3AD-3AF/1-37
        3B1-3C1/1-32 3C2-31 3C3-3CB/1-32 3CC-64 3CD-3CE/1-63 3D7-8 3D9-3EF/2-1 3F3-116 3F8-1 3FB-1 430-44F/1-32
        450-45F/1-80 461-481/2-1 48B-4BF/2-1 4C2-4CE/2-1 4CF-15 4D1-52F/2-1 561-586/1-48 10D0-10FA/1+3008
        10FD-10FF/1+3008 13F8-13FD/1-8 1C80-6254 1C81-6253 1C82-6244 1C83-1C84/1-6242 1C85-6243 1C86-6236 1C87-6181
        1C88+35266 1D79+35332 1D7D+3814 1D8E+35384 1E01-1E95/2-1 1EA1-1EFF/2-1 1F00-1F07/1+8 1F10-1F15/1+8
        1F20-1F27/1+8 1F30-1F37/1+8 1F40-1F45/1+8 1F51-1F57/2+8 1F60-1F67/1+8 1F70+74 1F72-1F74/2+86 1F76+100
        1F78+128 1F7A+112 1F7C+126 1F80-1F87/1+8 1F90-1F97/1+8 1FA0-1FA7/1+8 1FB0-1FB1/1+8 1FB3+9 1FC3+9
        1FD0-1FD1/1+8 1FE0-1FE1/1+8 1FE5+7 1FF3+9 214E-28 2184-1 2C30-2C5F/1-48 2C61-1 2C65-10795 2C66-10792
        2C68-2C6C/2-1 2C73-1 2C76-1 2C81-2CE3/2-1 2CEC-2CEE/2-1 2CF3-1 2D00-2D25/1-7264 2D27-7264 2D2D-7264
        A641-A66D/2-1 A681-A69B/2-1 A723-A72F/2-1 A733-A76F/2-1 A77A-A77C/2-1 A77F-A787/2-1 A78C-1 A791-A793/2-1
        A794+48 A797-A7A9/2-1 A7B5-A7C3/2-1 A7C8-A7CA/2-1 A7D1-1 A7D7-A7D9/2-1 A7F6-1 AB53-928 AB70-ABBF/1-38864
        10428-1044F/1-40 104D8-104FB/1-40 10597-105A1/1-39 105A3-105B1/1-39 105B3-105B9/1-39 105BB-105BC/1-39
        10CC0-10CF2/1-64 118C0-118DF/1-32 16E60-16E7F/1-32 1E922-1E943/1-34';
    letter text;
    mark text;
    lower_letters text;
    upper_letters text;
BEGIN
    -- What stands between the brackets of a regular expression.
    SELECT string_agg(chr(('x' || lpad(r[1], 8, '0'))::bit(32)::int)
                      || CASE WHEN r[2] IS NULL THEN '' ELSE '-' || chr(('x' || lpad(r[2], 8, '0'))::bit(32)::int) END, '')
      INTO letter FROM regexp_matches(letters_and_digits, '([0-9A-F]+)(?:-([0-9A-F]+))?', 'g') AS r;
    SELECT string_agg(chr(('x' || lpad(r[1], 8, '0'))::bit(32)::int)
                      || CASE WHEN r[2] IS NULL THEN '' ELSE '-' || chr(('x' || lpad(r[2], 8, '0'))::bit(32)::int) END, '')
      INTO mark FROM regexp_matches(marks, '([0-9A-F]+)(?:-([0-9A-F]+))?', 'g') AS r;
    SELECT string_agg(chr(c), '' ORDER BY c), string_agg(chr(c + distance), '' ORDER BY c)
      INTO lower_letters, upper_letters
      FROM (SELECT ('x' || lpad(r[1], 8, '0'))::bit(32)::int AS first,
                   ('x' || lpad(coalesce(r[2], r[1]), 8, '0'))::bit(32)::int AS last,
                   coalesce(r[3], '1')::int AS step, r[4]::int AS distance
              FROM regexp_matches(upper_case, '([0-9A-F]+)(?:-([0-9A-F]+)/([0-9]))?([+-][0-9]+)', 'g') AS r) runs,
           generate_series(first, last, step) AS c;

    -- Composed for compatibility, in upper case. Independent of the collation of the database.
    EXECUTE format($f$
        CREATE FUNCTION fleet.fold_vehicle_number(typed text) RETURNS text
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $b$
            SELECT CASE WHEN octet_length(typed) = char_length(typed) THEN upper(typed COLLATE "C")
                        ELSE normalize(replace(replace(translate(normalize(typed, NFKC), %L, %L),
                                                       U&'\00DF', 'SS'), U&'\1E9E', 'SS'), NFKC) END
        $b$ $f$, lower_letters, upper_letters);

    -- Groups of letters and digits with the marks on them, one hyphen between two. After a mark a joiner only writes a
    -- conjunct; everything else that is no letter or digit separates, and takes the marks on it along.
    EXECUTE format($f$
        CREATE FUNCTION fleet.grouped_vehicle_number(typed text) RETURNS text
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $b$
            SELECT CASE WHEN octet_length(typed) = char_length(typed)
                        THEN btrim(regexp_replace(fleet.fold_vehicle_number(typed), '[^A-Z0-9]+', '-', 'g'), '-')
                        ELSE btrim(regexp_replace(regexp_replace(regexp_replace(
                                 fleet.fold_vehicle_number(typed), %L, '\1', 'g'), %L, '\1', 'g'), %L, '-', 'g'), '-') END
        $b$ $f$, '([' || mark || '])[' || chr(8204) || chr(8205) || ']+',
                 '(^|[^' || letter || mark || '])[' || mark || ']+',
                 '[^' || letter || mark || ']+');

    -- Frame and engine numbers. Null for what only says that there is none.
    EXECUTE format($f$
        CREATE FUNCTION fleet.normal_vehicle_number(typed text) RETURNS text
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $b$
            SELECT CASE WHEN n IN ('', 'NA', 'NIL', 'NONE', 'NULL', 'TBA', 'TBC', 'UNKNOWN', 'UNREGISTERED') THEN NULL ELSE n END
              FROM (SELECT normalize(regexp_replace(fleet.grouped_vehicle_number(typed), %L, '', 'g'), NFKC) AS n) x
        $b$ $f$, '[^' || letter || ']+');
END
$$;

-- A licence plate. Null for what only says that there is none.
CREATE FUNCTION fleet.normal_plate(typed text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE WHEN fleet.normal_vehicle_number(typed) IS NULL THEN NULL
                WHEN p ~ '^(WP|CP|SP|NP|EP|NW|NC|UP|SG)-?[A-Z]{2,3}-?[0-9]{4}$' COLLATE "C"
                THEN regexp_replace(p, '^(..)-?([A-Z]{2,3})-?([0-9]{4})$' COLLATE "C", '\1-\2-\3')
                WHEN p ~ '^[A-Z]{2,3}[0-9]{4}$' COLLATE "C"
                THEN left(p, -4) || '-' || right(p, 4)
                ELSE p END
      FROM (SELECT fleet.grouped_vehicle_number(typed) AS p) x
$$;

-- What must be unique of a plate in its stored form.
CREATE FUNCTION fleet.plate_key(plate text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE WHEN plate ~ '^(WP|CP|SP|NP|EP|NW|NC|UP|SG)-.*-' COLLATE "C" THEN substr(plate, 4) ELSE plate END
$$;

CREATE FUNCTION fleet.is_unusual_plate_key(key text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT key !~ '^([A-Z]{2,3}|[0-9]{1,3})-[0-9]{4}$' COLLATE "C"
$$;

-- Live bikes whose stored number is not what it should be, and the live bike that has that number.
CREATE VIEW fleet.vehicle_number_collisions AS
WITH live AS MATERIALIZED (
    SELECT b.id, b.current_stock_number, b.created_at, n.field, n.stored, n.rightful
      FROM fleet.bicycles b
     CROSS JOIN LATERAL (VALUES ('license_plate', b.plate_key, fleet.plate_key(fleet.normal_plate(b.license_plate))),
                                ('frame_number', b.frame_number, fleet.normal_vehicle_number(b.frame_number)),
                                ('engine_number', b.engine_number, fleet.normal_vehicle_number(b.engine_number)))
           AS n (field, stored, rightful)
     WHERE b.status NOT IN ('SOLD', 'WRITTEN_OFF') AND n.stored IS NOT NULL
)
SELECT l.id AS bicycle_id, l.current_stock_number AS stock_number, l.field, l.stored, l.rightful,
       o.id AS other_bicycle_id, o.current_stock_number AS other_stock_number
  FROM live l
  LEFT JOIN live o ON o.field = l.field AND o.stored = l.rightful AND o.id <> l.id
 WHERE l.stored IS DISTINCT FROM l.rightful;
GRANT SELECT ON fleet.vehicle_number_collisions TO loan_manager_fleet;

-- Motorcycles are older than the first version of this schema allowed.
ALTER TABLE fleet.bicycles
    DROP CONSTRAINT bicycles_year_check,
    ADD CONSTRAINT bicycles_year_check CHECK (year BETWEEN 1950 AND 2999);

-- The bikes there are, oldest first, as the user `system`: with an audit row and an event each, like every change.
CREATE FUNCTION fleet.adopt_vehicle_numbers() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    system constant uuid := '00000000-0000-7000-8000-000000000001';
    was fleet.bicycles;
    now_is fleet.bicycles;
    twin text;
    moment timestamptz;
    old_values jsonb;
    new_values jsonb;
    kept integer := 0;
BEGIN
    FOR was IN
        SELECT * FROM fleet.bicycles b
         WHERE b.license_plate IS DISTINCT FROM fleet.normal_plate(b.license_plate)
            OR b.plate_key IS DISTINCT FROM fleet.plate_key(b.license_plate)
            OR b.plate_unusual IS DISTINCT FROM coalesce(fleet.is_unusual_plate_key(b.plate_key), false)
            OR b.frame_number IS DISTINCT FROM fleet.normal_vehicle_number(b.frame_number)
            OR b.engine_number IS DISTINCT FROM fleet.normal_vehicle_number(b.engine_number)
         ORDER BY b.created_at, b.id
    LOOP
        now_is := was;
        now_is.license_plate := fleet.normal_plate(was.license_plate);
        now_is.plate_key := fleet.plate_key(now_is.license_plate);
        now_is.plate_unusual := coalesce(fleet.is_unusual_plate_key(now_is.plate_key), false);
        now_is.frame_number := fleet.normal_vehicle_number(was.frame_number);
        now_is.engine_number := fleet.normal_vehicle_number(was.engine_number);
        -- Characters that stand for several may outgrow the column.
        IF char_length(now_is.license_plate) > 50 THEN
            RAISE NOTICE 'Bike %: plate "%" is too long in its stored form and stays as it is.',
                coalesce(was.current_stock_number, was.id::text), was.license_plate;
            now_is.license_plate := was.license_plate;
            now_is.plate_key := was.plate_key;
            now_is.plate_unusual := was.plate_unusual;
        END IF;
        IF char_length(now_is.frame_number) > 100 THEN now_is.frame_number := was.frame_number; END IF;
        IF char_length(now_is.engine_number) > 100 THEN now_is.engine_number := was.engine_number; END IF;

        IF was.status NOT IN ('SOLD', 'WRITTEN_OFF') THEN
            SELECT o.current_stock_number INTO twin FROM fleet.bicycles o
             WHERE o.plate_key = now_is.plate_key AND o.status NOT IN ('SOLD', 'WRITTEN_OFF') AND o.id <> was.id;
            IF FOUND THEN
                RAISE NOTICE 'Collision: bike % has the plate "%", which is that of bike %. Correct one of them.',
                    was.current_stock_number, was.license_plate, twin;
                kept := kept + 1;
                now_is.plate_key := was.plate_key;
                now_is.plate_unusual := was.plate_unusual;
            END IF;
            SELECT o.current_stock_number INTO twin FROM fleet.bicycles o
             WHERE o.frame_number = now_is.frame_number AND o.status NOT IN ('SOLD', 'WRITTEN_OFF') AND o.id <> was.id;
            IF FOUND THEN
                RAISE NOTICE 'Collision: bike % has the frame number "%", which is that of bike %. Correct one of them.',
                    was.current_stock_number, was.frame_number, twin;
                kept := kept + 1;
                now_is.frame_number := was.frame_number;
            END IF;
            SELECT o.current_stock_number INTO twin FROM fleet.bicycles o
             WHERE o.engine_number = now_is.engine_number AND o.status NOT IN ('SOLD', 'WRITTEN_OFF') AND o.id <> was.id;
            IF FOUND THEN
                RAISE NOTICE 'Collision: bike % has the engine number "%", which is that of bike %. Correct one of them.',
                    was.current_stock_number, was.engine_number, twin;
                kept := kept + 1;
                now_is.engine_number := was.engine_number;
            END IF;
        END IF;
        CONTINUE WHEN (was.license_plate, was.plate_key, was.plate_unusual, was.frame_number, was.engine_number)
            IS NOT DISTINCT FROM (now_is.license_plate, now_is.plate_key, now_is.plate_unusual, now_is.frame_number,
                                  now_is.engine_number);

        moment := clock_timestamp();
        UPDATE fleet.bicycles b
           SET license_plate = now_is.license_plate, plate_key = now_is.plate_key, plate_unusual = now_is.plate_unusual,
               frame_number = now_is.frame_number, engine_number = now_is.engine_number,
               version = b.version + 1, updated_at = moment, updated_by = system
         WHERE b.id = was.id;
        SELECT jsonb_object_agg(o.key, o.value), jsonb_object_agg(o.key, n.value) INTO old_values, new_values
          FROM jsonb_each(to_jsonb(was)) o JOIN jsonb_each(to_jsonb(now_is)) n USING (key)
         WHERE o.key IN ('license_plate', 'plate_key', 'plate_unusual', 'frame_number', 'engine_number')
           AND o.value <> n.value;
        INSERT INTO fleet.audit_log (id, at, user_id, username, action, entity_type, entity_id, entity_no, branch_id, old,
                                     new, reason, request_id)
        VALUES ((left(lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0'), 8) || '-'
                 || right(lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0'), 4) || '-7'
                 || substr(gen_random_uuid()::text, 16))::uuid,
                moment, system, 'system', 'BIKE_UPDATED', 'bicycle', was.id, was.current_stock_number,
                was.current_branch_id, old_values, new_values,
                'Numbers brought to one form, however they were typed', 'fleet_vehicle_numbers');
        INSERT INTO fleet.outbox (at, event_type, entity_type, entity_id, bicycle_id)
        VALUES (moment, 'bike.updated', 'bicycle', was.id, was.id);
    END LOOP;
    IF kept > 0 THEN
        RAISE NOTICE '% numbers keep the key they had; they are listed in fleet.vehicle_number_collisions.', kept;
    END IF;
END
$$;
SELECT fleet.adopt_vehicle_numbers();
DROP FUNCTION fleet.adopt_vehicle_numbers();

-- Searches compare plates without their hyphens too, so that it does not matter how one is typed.
ALTER TABLE fleet.bicycles DROP COLUMN search_text;
ALTER TABLE fleet.bicycles ADD COLUMN search_text text NOT NULL GENERATED ALWAYS AS (
    lower(title || E'\n' || coalesce(license_plate, '') || E'\n' || coalesce(replace(license_plate, '-', ''), '') || E'\n'
          || coalesce(current_stock_number, '') || E'\n' || coalesce(frame_number, '') || E'\n'
          || coalesce(engine_number, ''))) STORED;
CREATE INDEX bicycles_search_idx ON fleet.bicycles USING gin (search_text gin_trgm_ops);

COMMIT;
