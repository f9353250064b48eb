"""Makes the pictures of this folder: python3 make.py P3_PROFILE (see README.md).

All show the same four quadrants: red and green above, blue and yellow below.
"""
import struct
import subprocess
import sys
import zlib

from PIL import Image

COLOURS = ((200, 40, 40), (40, 160, 60), (40, 60, 200), (220, 200, 60))
WIDTH, HEIGHT = 32, 16  # quadrants of 16 x 8 px: whole JPEG blocks, so the colours stay clean


def colour(x, y):
    return COLOURS[(x >= WIDTH // 2) + 2 * (y >= HEIGHT // 2)]


def png(name, depth, kind, rows, *extra):
    """A PNG by hand, for layouts that Pillow cannot write."""
    def chunk(tag, body):
        return struct.pack(">I", len(body)) + tag + body + struct.pack(">I", zlib.crc32(tag + body))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, kind, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    with open(name, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(extra) +
                   chunk(b"IDAT", data) + chunk(b"IEND", b""))


upright = Image.new("RGB", (WIDTH, HEIGHT))
upright.putdata([colour(x, y) for y in range(HEIGHT) for x in range(WIDTH)])
JPEG = dict(quality=92, subsampling=0, optimize=True)
T = Image.Transpose

# Stored so that the orientation turns it back to upright.
STORED = {1: None, 2: T.FLIP_LEFT_RIGHT, 3: T.ROTATE_180, 4: T.FLIP_TOP_BOTTOM, 5: T.TRANSPOSE,
          6: T.ROTATE_90, 7: T.TRANSVERSE, 8: T.ROTATE_270}
for orientation, turn in STORED.items():
    exif = Image.Exif()
    exif[0x112] = orientation
    stored = upright.transpose(turn) if turn is not None else upright
    stored.save(f"orientation_{orientation}.jpg", exif=exif, **JPEG)

profile = open(sys.argv[1], "rb").read()
upright.save("p3.jpg", icc_profile=profile, **JPEG)
upright.save("broken_profile.jpg", icc_profile=b"this is no profile" * 20, **JPEG)
upright.save("progressive.jpg", progressive=True, **JPEG)
upright.convert("CMYK").save("cmyk.jpg", **JPEG)
upright.convert("L").save("grey.jpg", **JPEG)
upright.quantize(4).save("palette.png", optimize=True)
upright.save("rgb.png", optimize=True)
upright.convert("L").save("grey.png", optimize=True)
upright.convert("L").convert("1", dither=0).save("one_bit.png", optimize=True)
upright.resize((1, 1), box=(0, 0, 1, 1)).save("one_pixel.png", optimize=True)
png("rgb16.png", 16, 2, [b"".join(struct.pack(">HHH", *(c * 257 for c in colour(x, y)))
                                  for x in range(WIDTH)) for y in range(HEIGHT)])
# Opaque, opaque, half transparent, transparent.
png("alpha.png", 8, 6, [b"".join(bytes(colour(x, y)) + bytes(
    [255 if y < HEIGHT // 2 else 128 if x < WIDTH // 2 else 0]) for x in range(WIDTH))
    for y in range(HEIGHT)])
png("grey_alpha16.png", 16, 4, [b"".join(struct.pack(">HH", 0x8000, 0xffff if x < 16 else 0)
                                         for x in range(WIDTH)) for _ in range(HEIGHT)])
upright.save("quadrants.gif", optimize=True)
upright.save("lzw.tif", compression="tiff_lzw")
upright.convert("CMYK").save("cmyk.tif", compression="tiff_lzw")
upright.save("lossy.webp", quality=95, method=6)
upright.save("lossless.webp", lossless=True)
upright.save("animated.webp", lossless=True, save_all=True, append_images=[
    upright.transpose(T.ROTATE_180)], duration=100)
upright.save("animated.gif", save_all=True, append_images=[upright.transpose(T.ROTATE_180)])
upright.save("quadrants.bmp")
subprocess.run(["convert", "rgb.png", "-strip", "-define", "png:exclude-chunks=date,time",
                "-interlace", "PNG", "interlaced.png"], check=True)
def convert(source, *options):
    subprocess.run(["convert", source, "-strip", *options], check=True)


def tiffcp(source, name, *options):
    subprocess.run(["tiffcp", *options, source, name], check=True)


upright.save("/tmp/plain.tif")
tiffcp("/tmp/plain.tif", "tiled.tif", "-c", "zip:2", "-t", "-w", "16", "-l", "16")
tiffcp("/tmp/plain.tif", "planar.tif", "-c", "packbits", "-p", "separate", "-r", "5")
tiffcp("/tmp/plain.tif", "planar_tiled.tif", "-c", "lzw", "-p", "separate", "-t", "-w", "16", "-l",
       "16")
tiffcp("/tmp/plain.tif", "jpeg.tif", "-c", "jpeg:92", "-r", "16")
tiffcp("/tmp/plain.tif", "jpeg_tiled.tif", "-c", "jpeg:92", "-t", "-w", "16", "-l", "16")
tiffcp("/tmp/plain.tif", "zstd.tif", "-c", "zstd", "-r", "7")
tiffcp("/tmp/plain.tif", "lzma.tif", "-c", "lzma")
tiffcp("/tmp/plain.tif", "big.tif", "-8", "-B", "-c", "zip", "-r", "3")
convert("rgb16.png", "-depth", "16", "/tmp/rgb16.tif")
tiffcp("/tmp/rgb16.tif", "rgb16.tif", "-B", "-c", "lzw:2", "-r", "4")
convert("rgb.png", "-define", "quantum:format=floating-point", "-depth", "32", "/tmp/float.tif")
tiffcp("/tmp/float.tif", "float.tif", "-c", "zip:3")
upright.quantize(4).save("palette.tif", compression="tiff_lzw")
upright.convert("L").convert("1", dither=0).save("fax.tif", compression="group4")
Image.open("alpha.png").save("alpha.tif", compression="tiff_deflate")
# A thumbnail before the picture, which no tag calls so.
upright.resize((8, 4)).save("thumbnail_first.tif", save_all=True, append_images=[upright],
                            compression="tiff_lzw")
big = upright.resize((128, 64), Image.NEAREST)  # the encoders want at least 64 px a side
big.save("/tmp/big.png")
subprocess.run(["heif-enc", "-q", "90", "-o", "quadrants.heic", "/tmp/big.png"], check=True)
subprocess.run(["heif-enc", "-A", "-q", "90", "-o", "quadrants.avif", "/tmp/big.png"], check=True)
