#include <jansson.h>

#include "cli/doctor.h"
#include "facecraft_version.h"
#include "http/server.h"
#include "image/codecs.h"
#include "image/profile.h"
#include "infer/session.h"
#include "store/job_store.h"

/* Which library reads which format. */
static void note_codecs(fc_doctor *doctor)
{
    FC_AUTO_BUFFER(line, 512);
    for (fc_format format = FC_FORMAT_UNKNOWN + 1; format < FC_FORMAT_COUNT; format++) {
        const fc_codec *codec = fc_codec_lookup(format);
        if (fc_buffer_print(&line, NULL, "%s%s: %s%s%s", line.size > 0 ? ", " : "",
                            fc_format_name(format), codec->library,
                            codec->version()[0] != '\0' ? " " : "", codec->version()) != FC_OK) {
            return; /* no memory for one line of text */
        }
    }
    fc_doctor_note(doctor, FC_DOCTOR_OK, "libraries", NULL, "%s", fc_buffer_text(&line));
}

void fc_doctor_libraries(fc_doctor *doctor)
{
    fc_doctor_note(doctor, FC_DOCTOR_OK, "libraries", NULL, "facecraft %s (%s), ONNX Runtime %s",
                   FC_VERSION, FC_REVISION, fc_runtime_version());
    fc_doctor_note(doctor, FC_DOCTOR_OK, "libraries", NULL,
                   "libmicrohttpd %s, SQLite %s, Jansson %s, Little CMS %s", fc_http_library(),
                   fc_job_store_library(), jansson_version_str(), fc_profile_library());
    note_codecs(doctor);
}
