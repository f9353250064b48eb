/**
 * Frame rules: how much of a photo a portrait shows, in levelled coordinates
 * (pipeline/face_pose.h). A view is the box that the canvas shows, in the canvas' shape. Pure
 * functions, any thread.
 */
#pragma once

#include "config/options.h"
#include "pipeline/head_extent.h"

/** The view of the service that Facecraft replaces: the face box plus margins, 1.5 times as much
 *  above, fitted into the canvas. */
fc_box fc_frame_rule_face(const fc_params *params);

/**
 * The least view around another that shows the whole head, with params.head_room above it and both
 * sides of the hair. It grows upwards, to the sides and then downwards; the face from brows to chin
 * stays 40 % of its height or more. Where both cannot be, the hair is cut at its sides, then the
 * room above it is less, and then the face is smaller.
 */
fc_box fc_frame_rule_head(fc_box view, const fc_head_extent *head, const fc_params *params);

/** The head room that is wanted, in levelled units: so much at least that a bow is inside. */
double fc_frame_rule_room(const fc_head_extent *head, const fc_params *params);

/**
 * The levelled y that keeps its place on the canvas where a view is zoomed into by `zoom`, 0..1:
 * that of the crown, so that no hair is cut; or one farther down, where the chin would be cut
 * instead.
 */
double fc_frame_rule_anchor(fc_box view, const fc_head_extent *head, double zoom);

/** The oval's box, canvas px: the face box with its margins, and the head where `head` is given. */
fc_box fc_frame_rule_oval(fc_box view, const fc_head_extent *head, const fc_params *params);
