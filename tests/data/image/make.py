"""Makes the pictures of this folder: python3 make.py P3_PROFILE (see README.md).

All show the same four quadrants: red and green above, blue and yellow below.
"""
import struct
import subprocess
import sys
import zlib

import heif
from PIL import Image

COLOURS = ((200, 40, 40), (40, 160, 60), (40, 60, 200), (220, 200, 60))
WIDTH, HEIGHT = 32, 16  # quadrants of 16 x 8 px: whole JPEG blocks, so the colours stay clean


def colour(x, y):
    return COLOURS[(x >= WIDTH // 2) + 2 * (y >= HEIGHT // 2)]


def png(name, depth, kind, rows, *extra, size=(WIDTH, HEIGHT)):
    """A PNG by hand, for layouts that Pillow cannot write."""
    def chunk(tag, body):
        return struct.pack(">I", len(body)) + tag + body + struct.pack(">I", zlib.crc32(tag + body))
    header = struct.pack(">IIBBBBB", *size, depth, kind, 0, 0, 0)
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

# HEIC and AVIF put together by hand from what heif-enc coded.
def coded(ext, picture, *options):
    """The coded picture of a file of one, without crop."""
    picture.save("/tmp/part.png")
    subprocess.run(["heif-enc", *(["-A"] if ext == "avif" else []), "-q", "90", *options,
                    "-o", f"/tmp/part.{ext}", "/tmp/part.png"], check=True)
    return heif.read_items(f"/tmp/part.{ext}")


def with_props(item, *props):
    return dict(item, props=item["props"] + list(props))


def no_size(item):
    return dict(item, props=[prop for prop in item["props"] if prop[0] != "ispe"])


for ext in ("heic", "avif"):
    whole = coded(ext, big)[1]
    heif.write(f"turned.{ext}", ext, [with_props(coded(ext, big.transpose(T.TRANSPOSE))[1],
                                                 heif.turn(3), heif.mirror(1))])
    parts = [coded(ext, big.crop((x, y, x + 64, y + 64)))[1] for x, y in ((0, 0), (64, 0))]
    heif.write(f"grid.{ext}", ext, parts + [heif.grid(1, 2, 120, 63)],
               [("dimg", 3, [1, 2])], 3)
    heif.write(f"lie.{ext}", ext, [with_props(no_size(coded(ext, big.resize((1024, 1024)))[1]),
                                              heif.size(128, 64))])
    alpha = big.convert("RGBA")
    alpha.putalpha(255)
    alpha.paste((40, 60, 200, 128), (0, 32, 64, 64))
    alpha.paste((0, 0, 0, 0), (64, 32, 128, 64))
    coded(ext, alpha)
    subprocess.run(["cp", f"/tmp/part.{ext}", f"alpha.{ext}"], check=True)
    coded(ext, big.convert("L"))
    subprocess.run(["cp", f"/tmp/part.{ext}", f"grey.{ext}"], check=True)
heic = coded("heic", big)[1]
avif = coded("avif", big)[1]
heif.write("cropped.heic", "heic", [with_props(heic, heif.crop(65, 33, 1, -3), heif.turn(1))])
heif.write("identity.heic", "heic", [with_props(heic, heif.turn(2)), dict(
    type="iden", props=[heif.size(128, 64), heif.mirror(0), heif.mirror(1)], data=b"")],
    [("dimg", 2, [1])], 2)
heif.write("overlay.heic", "heic", [heic, coded("heic", big.crop((96, 32, 160, 96)))[1],
                                    heif.overlay(140, 70, (0xffff, 0x8080, 0), [(4, 2), (-8, 40)])],
           [("dimg", 3, [1, 2])], 3)
heif.write("pieces.heic", "heic", [dict(heic, extents=3)])
heif.write("inside.avif", "avif", [dict(avif, in_meta=True)])
# A profile that only the tiles have, as iPhones write it.
heif.write("tile_profile.heic", "heic", [with_props(heic, ("colr", b"prof" + profile)),
                                         heif.grid(1, 1, 128, 64)], [("dimg", 2, [1])], 2)
# Alpha of 128 of a part alone, of a part that is laid over another, and multiplied into the colour.
ALPHA = ("auxC", bytes(4) + b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0")
half = {ext: with_props(coded(ext, Image.new("L", (64, 64), 128))[1], ALPHA)
        for ext in ("heic", "avif")}
flat64 = {(ext, i): coded(ext, Image.new("RGB", (64, 64), COLOURS[i]))[1]
          for ext in ("heic", "avif") for i in (0, 2)}
heif.write("part_alpha.avif", "avif", [flat64["avif", 0], flat64["avif", 2], half["avif"],
                                       heif.grid(1, 2, 128, 64)],
           [("dimg", 4, [1, 2]), ("auxl", 3, [1])], 4)
heif.write("see_through.heic", "heic", [flat64["heic", 0], flat64["heic", 2], half["heic"],
                                        heif.overlay(64, 64, (0, 0, 0), [(0, 0), (32, 0)])],
           [("dimg", 4, [1, 2]), ("auxl", 3, [2])], 4)
heif.write("premultiplied.avif", "avif", [
    coded("avif", Image.new("RGB", (64, 64), tuple(c // 2 for c in COLOURS[3])))[1], half["avif"]],
    [("auxl", 2, [1]), ("prem", 1, [2])])
# A gain map that belongs to two pictures, as phones write since 2024.
heif.write("two_owners.heic", "heic", [heic, heic, with_props(heic, (
    "auxC", bytes(4) + b"urn:com:apple:photo:2020:aux:hdrgainmap\0"))], [("auxl", 3, [1, 2])])
rgb16 = "/tmp/rgb16_128.png"
png_128 = [b"".join(struct.pack(">HHH", *(c * 257 for c in big.getpixel((x, y))))
                    for x in range(128)) for y in range(64)]
png(rgb16, 16, 2, png_128, size=big.size)
subprocess.run(["heif-enc", "-q", "90", "-b", "10", "-o", "ten_bits.heic", rgb16], check=True)
subprocess.run(["heif-enc", "-A", "-q", "90", "-b", "12", "-o", "/tmp/part.avif", rgb16], check=True)
item = heif.read_items("/tmp/part.avif")[1]
item["props"] = [prop for prop in item["props"] if prop[0] != "colr"]
heif.write("pq.avif", "avif", [with_props(item, heif.colours(9, 16, 6, True))])
big.save("/tmp/part.png", icc_profile=profile)
subprocess.run(["heif-enc", "-L", "-p", "chroma=444", "-o", "p3_lossless.heic", "/tmp/part.png"],
               check=True)
# 48 megapixels as phones write them, 16 x 12 tiles; and 50 of AVIF in one piece.
flat = {c: coded("heic", Image.new("RGB", (512, 512), c))[1] for c in COLOURS}
heif.write("grid48.heic", "heic", [flat[COLOURS[(i % 16 >= 8) + 2 * (i // 16 >= 6)]]
                                   for i in range(192)] + [heif.grid(12, 16, 8064, 6048)],
           [("dimg", 193, list(range(1, 193)))], 193)
upright.resize((8192, 6144), Image.NEAREST).save("/tmp/part.png")
subprocess.run(["heif-enc", "-A", "-q", "50", "-p", "speed=9", "-o", "single50.avif",
                "/tmp/part.png"], check=True)
# Four slices, of which the last is missing, or ends in its middle; libde265 says nothing of either.
noisy = Image.merge("RGB", [Image.effect_noise((256, 128), 60)] * 3)
sliced = coded("heic", noisy, "-q", "20", "-p", "x265:slices=4", "-p", "x265:ctu=16")[1]
units = []
at = 0
while at < len(sliced["data"]):
    length = int.from_bytes(sliced["data"][at:at + 4], "big")
    units.append(sliced["data"][at + 4:at + 4 + length])
    at += 4 + length
assert len(units) >= 4


def join(parts):
    return b"".join(struct.pack(">I", len(part)) + part for part in parts)


heif.write("slices.heic", "heic", [sliced])
heif.write("slice_missing.heic", "heic", [dict(sliced, data=join(units[:-1]))])
heif.write("slice_cut.heic", "heic", [dict(sliced, data=join(
    units[:-1] + [units[-1][:len(units[-1]) // 2]]))])
