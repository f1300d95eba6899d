"""Listings as the programs print them, and what stands in them.

Those of Unix were made by running the programs on a small tree; those of Windows are written after
what it prints. Each sample has the same files wherever its format can tell of them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sample:
    format: str
    text: str
    paths: tuple[str, ...]
    sizes: tuple[int, ...] | None = None
    days: tuple[int | None, ...] | None = None
    folders: int = 0
    unread: int = 0


DAY = 19389  # 2023-02-01

SAMPLES = {
    "dir of a German Windows": Sample(
        "dir",
        r""" Datenträger in Laufwerk D: ist Daten
 Volumeseriennummer: 1A2B-3C4D

 Verzeichnis von D:\Kunden\BMW

01.02.2023  10:15    <DIR>          .
01.02.2023  10:15    <DIR>          ..
31.12.2019  23:59    <DIR>          Zeichnungen
01.02.2023  08:01         1.234.567 Lastenheft Türsteuergerät V2.pdf
01.02.2023  08:01                 0 2021 leer.txt
16.11.2010  21:10    <VERBINDUNG>   alt [D:\Archiv\alt]
01.02.2023  21:10    <SYMLINK>      verweis.txt [D:\Archiv\ziel.txt]
               3 Datei(en),      1.234.567 Bytes

 Verzeichnis von D:\Kunden\BMW\Zeichnungen

31.12.2019  23:59    <DIR>          .
31.12.2019  23:59    <DIR>          ..
01.02.2023  00:00    12.345.678.901 Größe.zip
               1 Datei(en), 12.345.678.901 Bytes

     Anzahl der angezeigten Dateien:
               4 Datei(en), 12.346.913.468 Bytes
               5 Verzeichnis(se), 42.594.236.416 Bytes frei
""",
        (
            r"D:\Kunden\BMW\Lastenheft Türsteuergerät V2.pdf",
            r"D:\Kunden\BMW\2021 leer.txt",
            r"D:\Kunden\BMW\verweis.txt",
            r"D:\Kunden\BMW\Zeichnungen\Größe.zip",
        ),
        (1_234_567, 0, -1, 12_345_678_901),
        (DAY,) * 4,
        folders=6,
    ),
    "dir of an American Windows, on a share": Sample(
        "dir",
        r""" Volume in drive \\server\share has no label.
 Volume Serial Number is 489D-96E1

 Directory of \\server\share\Customers

02/13/2023  10:15 AM    <DIR>          .
02/13/2023  10:15 AM    <DIR>          ..
02/01/2023  10:15 PM         1,234,567 a b.pdf
02/13/2023  10:15 PM    <SYMLINKD>     t2 [U:\t2]
               1 File(s)      1,234,567 bytes

     Total Files Listed:
               1 File(s)      1,234,567 bytes
               3 Dir(s)  15,207,469,056 bytes free
""",
        (r"\\server\share\Customers\a b.pdf",),
        (1_234_567,),
        (DAY,),
        folders=3,
    ),
    "dir of a French Windows": Sample(
        "dir",
        """ Le volume dans le lecteur D n\u2019a pas de nom.
 Le numéro de série du volume est 0C0C-BE1F

 Répertoire de D:\\données

01/02/2023  21:10               314 affiche.asm
01/02/2023  21:17            53\u00a0045 éléments.exe
13/02/2023  21:17    93\u202f886\u202f347 été.obj
13/02/2023  21:17        93 886 348 2020 12 avril.obj
               4 fichier(s)      187\u00a0825\u00a0054 octets
               0 Rép(s)  3\u00a0062\u00a0192\u00a0238\u00a0592 octets libres
""",
        (
            "D:\\données\\affiche.asm",
            "D:\\données\\éléments.exe",
            "D:\\données\\été.obj",
            "D:\\données\\2020 12 avril.obj",
        ),
        (314, 53_045, 93_886_347, 93_886_348),
        (DAY, DAY, DAY + 12, DAY + 12),
    ),
    "dir of a Spanish Windows": Sample(
        "dir",
        """ El volumen de la unidad C es OS
 El número de serie del volumen es: 1234-ABCD

 Directorio de C:\\datos

01/02/2023  10:15 p.\u00a0m.    <DIR>          .
01/02/2023  10:15 p.\u00a0m.            12.345 año.pdf
13/02/2023  09:15 a. m.             1.000 b.pdf
               2 archivos         13.345 bytes
               1 dirs  99.000.000 bytes libres
""",
        ("C:\\datos\\año.pdf", "C:\\datos\\b.pdf"),
        (12_345, 1_000),
        (DAY, DAY + 12),
        folders=1,
    ),
    "dir of a Swiss Windows": Sample(
        "dir",
        """ Verzeichnis von D:\\Kunden

01.02.2023  10:15    <DIR>          .
01.02.2023  10:15         1\u2019234\u2019567 a.pdf
01.02.2023  10:15            12'345 b.pdf
               2 Datei(en),      1\u2019246\u2019912 Bytes
               0 Verzeichnis(se),    99\u2019000\u2019000 Bytes frei
""",
        ("D:\\Kunden\\a.pdf", "D:\\Kunden\\b.pdf"),
        (1_234_567, 12_345),
        (DAY, DAY),
        folders=1,
    ),
    "dir of a Japanese Windows": Sample(
        "dir",
        """ ドライブ C のボリューム ラベルは OS です
 ボリューム シリアル番号は 1234-ABCD です

 C:\\データ のディレクトリ

2023/02/01  10:15    <DIR>          .
2023/02/01  10:15            12,345 図面.pdf
               1 個のファイル              12,345 バイト
               2 個のディレクトリ  99,000,000,000 バイトの空き領域
""",
        ("C:\\データ\\図面.pdf",),
        (12_345,),
        (DAY,),
        folders=1,
    ),
    "dir /x with short names": Sample(
        "dir",
        r""" Verzeichnis von D:\test

01.02.2023  12:21    <DIR>                       .
01.02.2023  12:21                 4 7154~1       ...
01.02.2023  12:21                 0              a.txt
01.02.2023  12:21                 4 NUL~1.LON    nul.longext
01.02.2023  12:21                 4              ~$gebot.docx
               4 Datei(en)             12 Bytes
               1 Verzeichnis(se), 99.000.000 Bytes frei
""",
        (r"D:\test\...", r"D:\test\a.txt", r"D:\test\nul.longext", r"D:\test\~$gebot.docx"),
        (4, 0, 4, 4),
        (DAY,) * 4,
        folders=1,
    ),
    "dir /q with owners": Sample(
        "dir",
        r""" Verzeichnis von D:\q

01.02.2023  12:21    <DIR>          VORDEFINIERT\Administratoren.
01.02.2023  12:21            12.345 FIRMA\mueller          Angebot VW.pdf
01.02.2023  12:21               345 NT-AUTORITÄT\SYSTEM    b c.txt
               2 Datei(en)         12.690 Bytes
               1 Verzeichnis(se), 99.000.000 Bytes frei
""",
        (r"D:\q\Angebot VW.pdf", r"D:\q\b c.txt"),
        (12_345, 345),
        (DAY, DAY),
        folders=1,
    ),
    "Get-ChildItem": Sample(
        "powershell",
        r"""

    Verzeichnis: D:\Kunden


Mode                LastWriteTime         Length Name
----                -------------         ------ ----
d-----       01.02.2023     10:15                2021 BMW
-a----       01.02.2023     10:15          12345 Lastenheft.pdf
-a---l       01.02.2023     10:15            145 2023 x.pdf


    Verzeichnis: D:\Kunden\2021 BMW


Mode                LastWriteTime         Length Name
----                -------------         ------ ----
-a----       13.02.2023     10:15              7 ä.pdf
""",
        (r"D:\Kunden\Lastenheft.pdf", r"D:\Kunden\2023 x.pdf", r"D:\Kunden\2021 BMW\ä.pdf"),
        (12_345, 145, 7),
        (DAY, DAY, DAY + 12),
        folders=1,
    ),
    "Get-ChildItem of an American PowerShell 7": Sample(
        "powershell",
        r"""
    Directory: C:\data

Mode                 LastWriteTime         Length Name
----                 -------------         ------ ----
d----          2/13/2023  10:15 AM                sub
-a---           2/1/2023   1:05 PM          12345 a b.pdf
""",
        (r"C:\data\a b.pdf",),
        (12_345,),
        (DAY,),
        folders=1,
    ),
    "ls -lR": Sample(
        "ls",
        """t:
total 8
drwxr-xr-x 4 root root 4096 Nov 26 11:30 Kunden
drwxr-xr-x 2 root root 4096 Nov 26 11:30 leer

t/Kunden:
total 2944
drwxr-xr-x 2 root root    4096 Nov 26 11:30 Lasten heft
-rw-r--r-- 1 root root 3000000 Feb  1  2023 groß.bin
lrwxrwxrwx 1 root root       6 Feb  1  2023 link -> ../BMW
-rw-r--r-- 1 root root       1 Nov 26 11:30 2 Feb 1 2023.txt

t/Kunden/Lasten heft:
total 16
-rw-r--r--+ 1 mueller domain users 12345 Feb  1  2023 Größe über.pdf

t/leer:
total 0
""",
        (
            "t/Kunden/groß.bin",
            "t/Kunden/link",
            "t/Kunden/2 Feb 1 2023.txt",
            "t/Kunden/Lasten heft/Größe über.pdf",
        ),
        (3_000_000, 6, 1, 12_345),
        (DAY, DAY, None, DAY),
        folders=3,
    ),
    "ls -laR with long-iso dates": Sample(
        "ls",
        """.:
insgesamt 20
drwxr-xr-x 4 root root 4096 2026-11-26 11:30 .
drwxr-xr-x 7 root root 4096 2026-11-26 11:30 ..
-rw-r--r-- 1 root root    2 2023-02-01 11:30 .versteckt
crw-rw-rw- 1 root root 1, 3 2023-02-01 11:30 null
-rwsr-xr-t 1 1000 1000    2 2023-02-01 11:30 a: b

./leer:
insgesamt 8
drwxr-xr-x 2 root root 4096 2026-11-26 11:30 .
drwxr-xr-x 4 root root 4096 2026-11-26 11:30 ..
""",
        ("./.versteckt", "./null", "./a: b"),
        (2, -1, 2),
        (DAY,) * 3,
        folders=4,
    ),
    "ls -lRh in German, dates in all styles": Sample(
        "ls",
        """t/Kunden:
insgesamt 2,9M
-rw-r--r-- 1 root root 2,9M 2023-02-01 00:00:00.000000000 +0100 groß.bin
-rw-r--r-- 1 root root  12K 12. Feb 2023  zwölf.bin
-rw-r--r-- 1 root root  512 1. Mär 2023  märz.bin
drwxr-xr-x 2 root root 4,0K 2023-02-01 00:00:00.000000000 +0100 leer
""",
        ("t/Kunden/groß.bin", "t/Kunden/zwölf.bin", "t/Kunden/märz.bin"),
        (int(2.9 * 2**20), 12 * 2**10, 512),
        (DAY, DAY + 11, DAY + 28),
        folders=1,
    ),
    "ls -lRQ": Sample(
        "ls",
        r'''"t":
total 8
drwxr-xr-x 2 root root 4096 Feb  1  2023 "Lasten heft"

"t/Lasten heft":
total 8
-rw-r--r-- 1 root root    2 Feb  1  2023 "a \"quoted\" \\back.txt"
''',
        ('t/Lasten heft/a "quoted" \\back.txt',),
        (2,),
        (DAY,),
        folders=1,
    ),
    "ls -1RF": Sample(
        "ls-names",
        """t:
Kunden/
leer/

t/Kunden:
Lasten heft/
groß.bin

t/Kunden/Lasten heft:
Größe über.pdf
a: b

t/leer:
""",
        ("t/Kunden/groß.bin", "t/Kunden/Lasten heft/Größe über.pdf", "t/Kunden/Lasten heft/a: b"),
        folders=3,
    ),
    "find -ls": Sample(
        "find",
        r"""  2277387      4 drwxr-xr-x   4 root     root         4096 Nov 26 11:30 t
  2277392      4 drwxr-xr-x   2 root     root         4096 Nov 26 11:30 t/leer
  2277397   2932 -rw-r--r--   1 root     root      3000000 Feb  1  2023 t/Kunden/VW/gro\303\237.bin
  2277398      0 lrwxrwxrwx   1 root     root            6 Feb  1  2023 t/Kunden/VW/link -> ../BMW
  2277395      4 -rw-r--r--   1 root     root            1 Nov 26 11:30 t/Kunden/VW/new\nline.txt
  2277394      4 -rw-r--r--   1 root     root            2 Feb  1  2023 t/a\ \"quoted\"\ \\back.txt
  2277393     16 -rw-r--r--   1 root     root        12345 Feb  1  2023 t/\344\ Latin-1.pdf
""",
        (
            "t/Kunden/VW/groß.bin",
            "t/Kunden/VW/link",
            "t/Kunden/VW/new?line.txt",
            't/a "quoted" \\back.txt',
            "t/ä Latin-1.pdf",
        ),
        (3_000_000, 6, 1, 2, 12_345),
        (DAY, DAY, None, DAY, DAY),
        folders=2,
    ),
    "tree": Sample(
        "tree",
        """t
├── Kunden
│\u00a0\u00a0 ├── BMW
│\u00a0\u00a0 │\u00a0\u00a0 ├── Lasten heft
│\u00a0\u00a0 │\u00a0\u00a0 │\u00a0\u00a0 └── Größe über.pdf
│\u00a0\u00a0 │\u00a0\u00a0 └── a "quoted" \\back.txt
│\u00a0\u00a0 └── VW
│\u00a0\u00a0     ├── groß.bin
│\u00a0\u00a0     ├── link -> ../BMW
│\u00a0\u00a0     └── new\\012line_\\344.txt
└── leer

7 directories, 5 files
""",
        (
            "t/Kunden/BMW/Lasten heft/Größe über.pdf",
            't/Kunden/BMW/a "quoted" \\back.txt',
            "t/Kunden/VW/groß.bin",
            "t/Kunden/VW/link",
            "t/Kunden/VW/new?line_ä.txt",
            "t/leer",
        ),
        folders=5,
    ),
    "tree -pugsD --charset=ascii": Sample(
        "tree",
        """[drwxr-xr-x root     root            4096 Nov 26 11:30]  .
|-- [drwxr-xr-x root     root            4096 Nov 26 11:30]  Kunden
|   |-- [-rw-r--r-- root     root         3000000 Feb  1  2023]  groß.bin
|   `-- [-rw-r--r-- root     root               1 Nov 26 11:30]  x [1].txt
`-- [drwxr-xr-x root     root            4096 Nov 26 11:30]  leer

3 directories, 2 files
""",
        ("./Kunden/groß.bin", "./Kunden/x [1].txt"),
        (3_000_000, 1),
        (DAY, None),
        folders=3,
    ),
    "tree -h -D": Sample(
        "tree",
        """[4.0K Nov 26 11:30]  .
├── [2.9M Feb  1  2023]  groß.bin
└── [   6 Nov 26 11:30]  klein.bin

 2.9M used in 1 directory, 2 files
""",
        ("./groß.bin", "./klein.bin"),
        (int(2.9 * 2**20), 6),
        (DAY, None),
        folders=1,
    ),
    "tree -fF": Sample(
        "tree",
        """./
├── ./Kunden/
│   └── ./Kunden/a b.pdf
├── ./leer/
└── ./z.pdf

2 directories, 2 files
""",
        ("./Kunden/a b.pdf", "./z.pdf"),
        folders=3,
    ),
    "tree /f": Sample(
        "tree",
        """Auflistung der Ordnerpfade für Volume Daten
Volumeseriennummer : 1A2B-3C4D
D:.
│   Liste.txt
│   Zweite Liste.txt
│   \x20
├───Kunden
│   │   Übersicht.xlsx
│   │   \x20
│   └───BMW
│           Lastenheft.pdf
│           Maße.pdf
│           \x20
└───leer
""",
        (
            r"D:.\Liste.txt",
            r"D:.\Zweite Liste.txt",
            r"D:.\Kunden\Übersicht.xlsx",
            r"D:.\Kunden\BMW\Lastenheft.pdf",
            r"D:.\Kunden\BMW\Maße.pdf",
        ),
        folders=4,
    ),
    "tree /a without files": Sample(
        "tree",
        r"""Folder PATH listing for volume OS
Volume serial number is 1A2B-3C4D
D:\DATEN
+---Kunden
|   +---BMW
|   \---VW
\---leer
""",
        (r"D:\DATEN\Kunden\BMW", r"D:\DATEN\Kunden\VW", r"D:\DATEN\leer"),
        folders=2,
    ),
    "robocopy": Sample(
        "robocopy",
        """
-------------------------------------------------------------------------------
   ROBOCOPY     ::     Robustes Dateikopieren für Windows                             \x20
-------------------------------------------------------------------------------

  Gestartet: Mittwoch, 1. Februar 2023 10:15:00
    Quelle : D:\\Kunden\\
      Ziel : E:\\leer\\

   Dateien : *.*
\t   \x20
  Optionen: *.* /L /S /E /DCOPY:DA /COPY:DAT /R:1000000 /W:30\x20

------------------------------------------------------------------------------

\t  Neues Verz.        2\tD:\\Kunden\\
\t    Neue Datei  \t\t   12345\tLastenheft.pdf
\t    Neue Datei  \t\t   1.5 m\t2020 x.zip
\t                   1\tD:\\Kunden\\BMW\\
100%\t    Neue Datei  \t\t  18.0 g\tgroß.vhdx
  0.3%
\t    Neue Datei  \t\t     7 2023/02/01 10:11:12\ty.txt\r  0%  \r100% \x20
\t  *EXTRA File \t\t       3\tD:\\ziel\\be.txt
\t    Neue Datei  \tohne Größe.txt
2023/02/03 10:15:00 FEHLER 5 (0x00000005) Datei wird kopiert D:\\Kunden\\z
Zugriff verweigert

------------------------------------------------------------------------------

           Insgesamt   Kopiert Übersprungen Keine Übereinstimmung    FEHLER    Extras
Verzeich.:         2         2         0         0         0         0
  Dateien:         3         3         0         0         0         0
    Bytes:   1.5 m   1.5 m         0         0         0         0
   Beendet: Mittwoch, 1. Februar 2023 10:15:00

""",
        (
            r"D:\Kunden\Lastenheft.pdf",
            r"D:\Kunden\2020 x.zip",
            r"D:\Kunden\BMW\groß.vhdx",
            r"D:\Kunden\BMW\y.txt",
            r"D:\ziel\be.txt",
            r"D:\Kunden\BMW\ohne Größe.txt",
        ),
        (12_345, 3 * 2**19, 18 * 2**30, 7, 3, -1),
        (None, None, None, DAY, None, None),
        folders=2,
        unread=2,
    ),
    "unzip -l": Sample(
        "unzip",
        """Archive:  t.zip
  Length      Date    Time    Name
---------  ---------- -----   ----
        0  2023-02-01 11:30   t/
        2  2023-02-01 11:30   t/.versteckt
12345678901  2023-02-01 11:30   t/Größe über.pdf
---------                     -------
12345678903                     3 files
""",
        ("t/.versteckt", "t/Größe über.pdf"),
        (2, 12_345_678_901),
        (DAY, DAY),
        folders=1,
    ),
    "unzip -v": Sample(
        "unzip",
        """Archive:  t.zip
 Length   Method    Size  Cmpr    Date    Time   CRC-32   Name
--------  ------  ------- ---- ---------- ----- --------  ----
       0  Stored        0   0% 02-01-2023 11:30 00000000  t/
 3000000  Defl:N     2923 100% 02-01-2023 00:00 4d01a265  t/groß.bin
--------          -------  ---                            -------
 3000000             2923 100%                            2 files
""",
        ("t/groß.bin",),
        (3_000_000,),
        (DAY,),
        folders=1,
    ),
    "zipinfo": Sample(
        "zipinfo",
        """Archive:  t.zip
Zip file size: 5777 bytes, number of entries: 4
drwxr-xr-x  3.0 unx        0 bx stor 23-Feb-01 11:30 t/
-rw-r--r--  3.0 unx  3000000 bx defN 23-Feb-01 00:00 t/groß.bin
-rw-a--     2.0 fat      145 b- defX 23-Feb-01 00:00 t/a b.txt
-rw-r--r--  3.0 unx  3000000 bx100% defN 23-Feb-01 00:00 t/c.bin
4 files, 6000145 bytes uncompressed, 2987 bytes compressed:  99.9%
""",
        ("t/groß.bin", "t/a b.txt", "t/c.bin"),
        (3_000_000, 145, 3_000_000),
        (DAY,) * 3,
        folders=1,
    ),
    "zipinfo -lT": Sample(
        "zipinfo",
        """Archive:  t.zip
Zip file size: 5777 bytes, number of entries: 2
drwxr-xr-x  3.0 unx        0 bx        0 stor 20230201.113026 t/
-rw-r--r--  3.0 unx        2 tx        2 stor 20230201.113026 t/.versteckt
2 files, 2 bytes uncompressed, 2 bytes compressed:  0.0%
""",
        ("t/.versteckt",),
        (2,),
        (DAY,),
        folders=1,
    ),
    "7z l": Sample(
        "7z",
        """
7-Zip (z) 26.01 (x64) : Copyright (c) 1999-2026 Igor Pavlov : 2026-04-27

Scanning the drive for archives:
1 file, 926 bytes (1 KiB)

Listing archive: t.7z

--
Path = t.7z
Type = 7z
Physical Size = 926

   Date      Time    Attr         Size   Compressed  Name
------------------- ----- ------------ ------------  ------------------------
2023-02-01 11:30:26 D....            0            0  t
2023-02-01 11:30:26 ....A            2          528  t/.versteckt
2023-02-01 11:30:26 ....A        12345               t/Größe über.pdf
                    .....                            2023 t/ohne alles.pdf
2023-02-01 11:30:26 .....         7 12               t/unread
------------------- ----- ------------ ------------  ------------------------
2023-02-01 11:30:26            3024698          528  3 files, 1 folders
""",
        ("t/.versteckt", "t/Größe über.pdf", "2023 t/ohne alles.pdf", "t/unread"),
        (2, 12_345, -1, 712),
        (DAY, DAY, None, DAY),
        folders=1,
    ),
    "unrar l": Sample(
        "rar",
        """
UNRAR 6.21 freeware      Copyright (c) 1993-2023 Alexander Roshal

Archive: x.rar
Details: RAR 5

 Attributes      Size     Date    Time   Name
----------- ---------  ---------- -----  ----
    ..A....     12345  2023-02-01 10:15  Kunden/BMW/x y.pdf
*   ..A....         7  2023-02-01 10:15  Kunden/geheim.pdf
    ...D...         0  2023-02-01 10:15  Kunden
 -rw-r--r--         1  2023-02-01 10:15  a/b
 drwxr-xr-x         0  2023-02-01 10:15  a
----------- ---------  ---------- -----  ----
                12353                    5
""",
        ("Kunden/BMW/x y.pdf", "Kunden/geheim.pdf", "a/b"),
        (12_345, 7, 1),
        (DAY,) * 3,
        folders=2,
    ),
    "unrar v": Sample(
        "rar",
        """
Archive: x.rar
Details: RAR 5

 Attributes      Size    Packed Ratio    Date    Time   Checksum  Name
----------- ---------  -------- ----- ---------- -----  --------  ----
    ..A....     12345       678   5%  2023-02-01 10:15  1A2B3C4D  x y.pdf
    ..A....     12345      9999  -->  2023-02-01 10:15  1A2B3C4D  teil.pdf
----------- ---------  -------- ----- ---------- -----  --------  ----
                24690     10677  43%                              2
""",
        ("x y.pdf", "teil.pdf"),
        (12_345, 12_345),
        (DAY, DAY),
    ),
    "tar -tv of GNU": Sample(
        "tar",
        r"""drwxr-xr-x root/root         0 2023-02-01 11:30 t/
-rw-r--r-- root/root   3000000 2023-02-01 00:00 t/gro\303\237.bin
-rw-r--r-- mueller/domain users 1 2023-02-01 00:00:26 t/Größe über.pdf
lrwxrwxrwx root/root         0 2023-02-01 11:30 t/link -> ../BMW
hrw-r--r-- root/root         0 2023-02-01 11:30 t/hart link to t/groß.bin
crw-rw-rw- root/root       1,3 2023-02-01 11:30 t/null
-rw-r--r-- root/root         1 2023-02-01 11:30 t/new\nline.txt
""",
        (
            "t/groß.bin",
            "t/Größe über.pdf",
            "t/link",
            "t/hart",
            "t/null",
            "t/new?line.txt",
        ),
        (3_000_000, 1, 0, 0, -1, 1),
        (DAY,) * 6,
        folders=1,
    ),
    "tar -tv of BSD": Sample(
        "tar",
        """drwxr-xr-x  0 root   root        0 Nov 26 11:30 t/
-rw-r--r--  0 root   root  3000000 Feb  1  2023 t/groß.bin
-rw-r--r--  0 mueller domain users  7 Feb  1  2023 t/a b.bin
lrwxrwxrwx  0 root   root        0 Nov 26 11:30 t/link -> ../BMW
""",
        ("t/groß.bin", "t/a b.bin", "t/link"),
        (3_000_000, 7, 0),
        (DAY, DAY, None),
        folders=1,
    ),
    "Export-Csv": Sample(
        "csv",
        r"""#TYPE System.IO.FileInfo
"PSPath","PSIsContainer","Name","Length","DirectoryName","FullName","LastWriteTime","Attributes"
"Microsoft.PowerShell.Core\FileSystem::D:\K\a.pdf","False","a.pdf","123","D:\K","D:\K\a.pdf","01.02.2023 10:15:00","Archive"
"Microsoft.PowerShell.Core\FileSystem::D:\K\K2","True","K2",,,"D:\K\K2","01.02.2023 10:15:00","Directory"
"Microsoft.PowerShell.Core\FileSystem::D:\K\ä, ""b"".pdf","False","x","5","D:\K","D:\K\ä, ""b"".pdf","13.02.2023 10:15:00","Archive"
""",
        ("D:\\K\\a.pdf", 'D:\\K\\ä, "b".pdf'),
        (123, 5),
        (DAY, DAY + 12),
        folders=1,
    ),
    "German table, names and folders apart": Sample(
        "csv",
        """sep=;
Name;Pfad;Größe (KB);Geändert am
a.pdf;D:\\Kunden;12;01.02.2023 10:15
b.pdf;D:\\Kunden\\;3,5;13.02.2023
c.pdf;;1.024;
""",
        ("D:\\Kunden\\a.pdf", "D:\\Kunden\\b.pdf", "c.pdf"),
        (12 * 2**10, 3 * 2**10 + 2**9, 2**20),
        (DAY, DAY + 12, None),
    ),
    "table of a web store": Sample(
        "csv",
        """key,size,last_modified
folder/,0,2023-02-01T10:15:00Z
folder/a.pdf,12,2023-02-01T10:15:00Z
folder/b, c.pdf,13,2023-02-01T10:15:00Z
""",
        ("folder/a.pdf", "folder/b, c.pdf"),
        (12, 13),
        (DAY, DAY),
        folders=1,
    ),
    "table of Everything": Sample(
        "csv",
        """Filename,Size,Date Modified,Date Created,Attributes
"D:\\x\\a.pdf",12,133196832000000000,133196832000000000,32
"D:\\x",,133196832000000000,133196832000000000,16
""",
        ("D:\\x\\a.pdf",),
        (12,),
        (DAY,),
        folders=1,
    ),
    "table without headings": Sample(
        "csv",
        "".join(f"D:\\Kunden\\{name}\t{size}\t2/1/2023 1:02:03 PM\n" for name, size in
                (("a.pdf", 1), ("b c.pdf", 2), ("d.pdf", 3))),
        ("D:\\Kunden\\a.pdf", "D:\\Kunden\\b c.pdf", "D:\\Kunden\\d.pdf"),
        (1, 2, 3),
        (DAY,) * 3,
    ),
    "du -a": Sample(
        "csv",
        "4\t./a/b.txt\n12\t./a/c.txt\n16\t./a\n",
        ("./a/b.txt", "./a/c.txt", "./a"),
        (4, 12, 16),
    ),
    "sha256sum": Sample(
        "checksums",
        "".join(f"{k:064x}  Kunden/BMW/Teil {k}.pdf\n" for k in range(9))
        + f"{'0' * 64} *Kunden/Liste.txt\n",
        (*(f"Kunden/BMW/Teil {k}.pdf" for k in range(9)), "Kunden/Liste.txt"),
    ),
    "aws s3 ls --recursive": Sample(
        "s3",
        """2023-02-01 10:15:00          0 Kunden/
2023-02-01 10:15:00    1234567 Kunden/BMW/Lastenheft V2.pdf
2023-02-01 10:15:00          0 leer.txt

Total Objects: 3
   Total Size: 1234567
""",
        ("Kunden/BMW/Lastenheft V2.pdf", "leer.txt"),
        (1_234_567, 0),
        (DAY, DAY),
        folders=1,
    ),
    "find with sizes": Sample(
        "numbered",
        "".join(f"{7 * k} Kunden/BMW/Teil {k}.pdf\n" for k in range(9)),
        tuple(f"Kunden/BMW/Teil {k}.pdf" for k in range(9)),
        tuple(7 * k for k in range(9)),
        (None,) * 9,
    ),
    "find with sizes and dates": Sample(
        "numbered",
        "".join(f"{7 * k} 2023-02-01 10:15:00.0000000000 ./Teil {k}.pdf\n" for k in range(9)),
        tuple(f"./Teil {k}.pdf" for k in range(9)),
        tuple(7 * k for k in range(9)),
        (DAY,) * 9,
    ),
    "numbered lines": Sample(
        "numbered",
        "".join(f"{k}. Kunden/BMW/Teil {k}.pdf\n" for k in range(1, 20)),
        tuple(f"Kunden/BMW/Teil {k}.pdf" for k in range(1, 20)),
        None,
        (None,) * 19,
    ),
    "paths that begin with numbers": Sample(
        "plain",
        "".join(f"{k % 4:02} Kunden/BMW/Teil {k}.pdf\n" for k in range(20)),
        tuple(f"{k % 4:02} Kunden/BMW/Teil {k}.pdf" for k in range(20)),
    ),
    "paths, with commas and blanks": Sample(
        "plain",
        "D:\\Kunden\\a, b.pdf\n\n\\\\server\\c, d.pdf\n./e/f g: h\nD:\\Kunden\\\n",
        ("D:\\Kunden\\a, b.pdf", "\\\\server\\c, d.pdf", "./e/f g: h"),
        folders=1,
    ),
    "find without types": Sample(
        "plain",
        ".\n./Kunden\n./Kunden/BMW\n./Kunden/BMW/a.pdf\n./Kunden/BMW.pdf\n./leer\n./Kunden x\n"
        "./Kunden x\n./Kunden x/b\n",
        ("./Kunden/BMW/a.pdf", "./Kunden/BMW.pdf", "./leer", "./Kunden x", "./Kunden x/b"),
        folders=4,
    ),
    "paths of Windows, folders before their files": Sample(
        "plain",
        "D:\nD:\\Kunden\nD:\\Kunden\\BMW\\\nD:\\Kunden\\BMW\\a.pdf\n\nD:\\Kunden\n",
        ("D:\\Kunden\\BMW\\a.pdf", "D:\\Kunden"),
        folders=3,
    ),
    "nothing but folders": Sample(
        "plain", "D:\\Kunden\\\nD:\\Kunden\\BMW\\\n", ("D:\\Kunden\\", "D:\\Kunden\\BMW\\")
    ),
}  # fmt: skip
