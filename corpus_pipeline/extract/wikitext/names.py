"""What a wiki calls its files and categories, and which of its written variants is wanted."""

import dataclasses

#: Names of old that MediaWiki still takes (`$namespaceAliases` in its languages/messages), beside
#: those that a dump lists itself.
_FILES = (
    "file image media bild datei fichier imagen archivo imagem ficheiro arquivo immagine "
    "изображение файл зображення grafika plik afbeelding bestand 画像 ファイル 그림 파일 图像 "
    "圖像 文件 檔案 档案 tập_tin hình fil slika tiedosto kuva kép fájl soubor resim dosya "
    "صورة ملف תמונה קובץ"
)
_CATEGORIES = (
    "category kategorie catégorie categoría categoria категория категорія kategoria categorie "
    "カテゴリ 분류 分类 分類 thể_loại kategori kategorija luokka kategória kategori تصنيف קטגוריה"
)

#: Languages whose wikis are written in several scripts: what is taken, the first that is there.
#: From MediaWiki's LanguageConverter and its subclasses, fallbacks included.
_VARIANTS = {
    "zh": "zh-cn zh-hans zh-sg zh-my zh zh-tw zh-hant zh-hk zh-mo",
    "gan": "gan-hans gan gan-hant",
    "sr": "sr-ec sr-cyrl sr sr-el sr-latn",
    "sh": "sh-latn sh sh-cyrl",
    "kk": "kk-cyrl kk-kz kk kk-latn kk-tr kk-arab kk-cn",
    "ku": "ku-latn ku ku-arab",
    "uz": "uz-latn uz uz-cyrl",
    "tg": "tg tg-latn",
    "iu": "ike-cans iu ike-latn",
    "crh": "crh-latn crh crh-cyrl",
    "shi": "shi-latn shi shi-tfng",
}


@dataclasses.dataclass(frozen=True)
class WikiNames:
    """What must be known of a wiki to read its pages.

    >>> WikiNames.of("zh", file="文件").variants[0]
    'zh-cn'
    """

    files: frozenset[str]
    """Namespaces of files, in lower case with underscores."""
    categories: frozenset[str]
    variants: tuple[str, ...] = ()
    """Codes of written variants, the wanted one first; empty if `-{` is no markup there."""

    @classmethod
    def of(cls, language: str | None, file: str = "", category: str = "") -> "WikiNames":
        """Makes the names of a wiki.

        Args:
            language: code of the wiki, as `zh`; None if unknown.
            file, category: what its namespaces 6 and 14 are called.
        """
        return cls(
            frozenset({*_FILES.split(), namespace(file)} - {""}),
            frozenset({*_CATEGORIES.split(), namespace(category)} - {""}),
            tuple(_VARIANTS.get(language or "", "").split()),
        )


def namespace(name: str) -> str:
    """Returns the name of a namespace as it is compared.

    >>> namespace(" Tập tin ")
    'tập_tin'
    """
    return name.strip().lower().replace(" ", "_")
