namespace Mesh.DataPlane.Telemetry;

/// <summary>Response flags as the number that expressions see.</summary>
/// <remarks>Source: Envoy, "Attributes: response.flags"; envoy/stream_info/stream_info.h.</remarks>
internal static class FlagBits
{
    /// <param name="flags">As access logs tell them: <c>-</c>, or names with commas between.</param>
    public static object Of(string flags)
    {
        long bits = 0;
        foreach (var flag in flags.Split(',')) bits |= Bit(flag);
        return bits;
    }

    private static long Bit(string flag) => flag switch
    {
        "LH" => 0x1,
        "UH" => 0x2,
        "UT" => 0x4,
        "LR" => 0x8,
        "UR" => 0x10,
        "UF" => 0x20,
        "UC" => 0x40,
        "UO" => 0x80,
        "NR" => 0x100,
        "DI" => 0x200,
        "FI" => 0x400,
        "RL" => 0x800,
        "UAEX" => 0x1000,
        "RLSE" => 0x2000,
        "DC" => 0x4000,
        "URX" => 0x8000,
        "SI" => 0x10000,
        "IH" => 0x20000,
        "DPE" => 0x40000,
        "UMSDR" => 0x80000,
        "DT" => 0x400000,
        "UPE" => 0x800000,
        "NC" => 0x1000000,
        "OM" => 0x2000000,
        _ => 0,
    };
}
