using System.Diagnostics;
using Mesh.Config.Resources.Core;
using Mesh.Config.Sources;

namespace Mesh.Config.Tests.Sources;

public sealed class FolderSourceTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-folder-").FullName;
    private readonly RecordingSink _sink = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Files_of_all_sub_folders_are_the_objects_of_the_cluster()
    {
        Write("a.yaml", Service("a"));
        Write("deep/er/b.yml", Service("b"));
        Write("readme.txt", "not: yaml: at all");

        var source = Start();
        await _sink.UntilSubjectsAsync("Service prod/a", "Service prod/b");

        Assert.True(_sink.Synced);
        Assert.Empty(_sink.Diagnostics);
        Assert.Equal(("file:eks-a", "eks-a"), (source.Name, source.Cluster));
        Assert.Equal(Path.Combine(_folder, "a.yaml"), _sink.Get<Service>("a").Location.Origin);
    }

    [Fact]
    public async Task New_changed_and_deleted_files_are_followed()
    {
        Start();
        await _sink.UntilAsync(sink => sink.Synced);

        Write("a.yaml", Service("a", port: 80));
        await _sink.UntilSubjectsAsync("Service prod/a");
        Write("a.yaml", Service("a", port: 81));
        await _sink.UntilAsync(sink => sink.Get<Service>("a").Spec.Ports[0].Port == 81);
        File.Delete(PathOf("a.yaml"));
        await _sink.UntilSubjectsAsync();
    }

    [Fact]
    public async Task A_change_takes_effect_long_before_the_next_rescan()
    {
        Start(EventsOnly);
        await _sink.UntilAsync(sink => sink.Synced);

        Write("a.yaml", Service("a"));
        await _sink.UntilSubjectsAsync("Service prod/a");
    }

    [Fact]
    public async Task Lost_events_are_made_good_by_the_rescan()
    {
        // A file behind a link to another folder raises no event here.
        var elsewhere = Directory.CreateTempSubdirectory("mesh-elsewhere-").FullName;
        try
        {
            var target = Path.Combine(elsewhere, "real");
            await File.WriteAllTextAsync(target, Service("a", port: 80), TestContext.Current.CancellationToken);
            File.CreateSymbolicLink(PathOf("a.yaml"), target);
            Start(new FolderSourceOptions { Rescan = TimeSpan.FromMilliseconds(50) });
            await _sink.UntilSubjectsAsync("Service prod/a");

            await File.WriteAllTextAsync(target, Service("a", port: 81), TestContext.Current.CancellationToken);

            await _sink.UntilAsync(sink => sink.Get<Service>("a").Spec.Ports[0].Port == 81);
        }
        finally
        {
            Directory.Delete(elsewhere, recursive: true);
        }
    }

    [Fact]
    public async Task A_file_that_breaks_keeps_its_last_good_objects_and_is_reported_until_it_is_mended()
    {
        Write("a.yaml", Service("a") + "---\n" + Service("b"));
        Write("other.yaml", Service("c"));
        Start();
        await _sink.UntilSubjectsAsync("Service prod/a", "Service prod/b", "Service prod/c");

        Write("a.yaml", Service("a") + "---\napiVersion: v1\nkind: [Serv");
        await _sink.UntilDiagnosticAsync("BrokenYaml");
        Assert.Equal(3, _sink.Subjects.Count);
        Assert.StartsWith(PathOf("a.yaml") + ":", Assert.Single(_sink.Diagnostics).Location.ToString(), StringComparison.Ordinal);

        Write("a.yaml", Service("a") + "---\n" + Service("d"));
        await _sink.UntilSubjectsAsync("Service prod/a", "Service prod/c", "Service prod/d");
        Assert.Empty(_sink.Diagnostics);
    }

    [Fact]
    public async Task A_half_written_file_deletes_nothing()
    {
        var whole = Service("a") + "---\n" + Service("b") + "---\n" + Service("c");
        Write("a.yaml", whole);
        Start(new FolderSourceOptions { Settle = TimeSpan.FromMinutes(10) });
        await _sink.UntilSubjectsAsync("Service prod/a", "Service prod/b", "Service prod/c");

        // Every length a writer may have got to; each is read before the next.
        for (var length = 0; length < whole.Length; length += 9)
        {
            Write("a.yaml", whole[..length]);
            Write("marker.yaml", Service("marker", port: length + 1));
            await _sink.UntilAsync(sink => sink.Subjects.Contains("Service prod/marker") && sink.Get<Service>("marker").Spec.Ports[0].Port == length + 1);
            Assert.Equal(["Service prod/a", "Service prod/b", "Service prod/c", "Service prod/marker"], _sink.Subjects);
        }
    }

    [Fact]
    public async Task An_object_that_is_taken_out_of_a_file_is_deleted_once_the_file_has_settled()
    {
        Write("a.yaml", Service("a") + "---\n" + Service("b"));
        Start(new FolderSourceOptions { Settle = TimeSpan.FromMilliseconds(100) });
        await _sink.UntilSubjectsAsync("Service prod/a", "Service prod/b");

        Write("a.yaml", Service("a"));

        await _sink.UntilSubjectsAsync("Service prod/a");
    }

    [Fact]
    public async Task An_object_with_an_error_keeps_its_last_good_state_while_others_of_the_file_change()
    {
        Write("a.yaml", Service("a", port: 80) + "---\n" + Service("b", port: 80));
        Start();
        await _sink.UntilSubjectsAsync("Service prod/a", "Service prod/b");

        Write("a.yaml", Service("a", port: 70000) + "---\n" + Service("b", port: 81));
        await _sink.UntilAsync(sink => sink.Get<Service>("b").Spec.Ports[0].Port == 81);

        Assert.Equal(80, _sink.Get<Service>("a").Spec.Ports[0].Port);
        Assert.Equal("BadValue", Assert.Single(_sink.Diagnostics).Code);
    }

    [Fact]
    public async Task A_file_put_in_place_by_renaming_is_read_and_its_temporary_name_is_not()
    {
        Start();
        await _sink.UntilAsync(sink => sink.Synced);

        Write("a.yaml.tmp", Service("a"));
        Write(".hidden.yaml", Service("hidden"));
        Write("backup.yaml~", Service("backup"));
        File.Move(PathOf("a.yaml.tmp"), PathOf("a.yaml"));

        await _sink.UntilSubjectsAsync("Service prod/a");
        File.Move(PathOf("a.yaml"), PathOf("b.yaml"));
        await _sink.UntilAsync(sink => sink.Subjects.Count == 1 && sink.Get<Service>("a").Location.Origin == PathOf("b.yaml"));
    }

    [Fact]
    public async Task The_same_object_in_two_files_is_reported_with_both_places_and_the_first_file_wins()
    {
        Write("a.yaml", Service("a", port: 80));
        Write("b.yaml", Service("a", port: 81));
        Start();
        await _sink.UntilDiagnosticAsync("DuplicateObject");

        var error = Assert.Single(_sink.Diagnostics);
        Assert.Equal(PathOf("b.yaml"), error.Location.Origin);
        Assert.Contains(PathOf("a.yaml") + ":1:1", error.Message, StringComparison.Ordinal);
        Assert.Equal(80, _sink.Get<Service>("a").Spec.Ports[0].Port);

        File.Delete(PathOf("a.yaml"));
        await _sink.UntilAsync(sink => sink.Diagnostics.IsEmpty && sink.Get<Service>("a").Spec.Ports[0].Port == 81);
    }

    [Fact]
    public async Task A_link_that_leads_back_up_is_not_followed()
    {
        Write("deep/a.yaml", Service("a"));
        Directory.CreateSymbolicLink(PathOf("deep/up"), _folder);
        Start();

        await _sink.UntilSubjectsAsync("Service prod/a");
        Assert.Empty(_sink.Diagnostics);
    }

    [Fact]
    public async Task A_missing_folder_is_reported_and_not_synced_until_it_is_there()
    {
        Directory.Delete(_folder);
        Start(new FolderSourceOptions { Rescan = TimeSpan.FromMilliseconds(50) });
        await _sink.UntilDiagnosticAsync("FolderUnreadable");
        Assert.False(_sink.Synced);

        Directory.CreateDirectory(_folder);
        Write("a.yaml", Service("a"));

        await _sink.UntilSubjectsAsync("Service prod/a");
        await _sink.UntilAsync(sink => sink.Synced && sink.Diagnostics.IsEmpty);
    }

    [Fact]
    public async Task A_folder_that_vanishes_keeps_everything_in_force()
    {
        Write("a.yaml", Service("a"));
        Start(new FolderSourceOptions { Rescan = TimeSpan.FromMilliseconds(50) });
        await _sink.UntilSubjectsAsync("Service prod/a");

        var aside = _folder + ".aside";
        Directory.Move(_folder, aside);
        await _sink.UntilDiagnosticAsync("FolderUnreadable");
        Assert.Equal(["Service prod/a"], _sink.Subjects);

        Directory.Move(aside, _folder);
        await _sink.UntilAsync(sink => sink.Diagnostics.IsEmpty);
        Write("b.yaml", Service("b"));
        await _sink.UntilSubjectsAsync("Service prod/a", "Service prod/b");
    }

    [Fact]
    public async Task A_folder_that_is_replaced_by_another_of_the_same_name_is_watched_again()
    {
        Write("a.yaml", Service("a"));
        Start(new FolderSourceOptions { Rescan = TimeSpan.FromMilliseconds(50) });
        await _sink.UntilSubjectsAsync("Service prod/a");

        Directory.Delete(_folder, recursive: true);
        Directory.CreateDirectory(_folder);
        Write("b.yaml", Service("b"));
        await _sink.UntilSubjectsAsync("Service prod/b");
        Write("c.yaml", Service("c"));
        await _sink.UntilSubjectsAsync("Service prod/b", "Service prod/c");
    }

    [Fact]
    public async Task An_unreadable_and_a_too_large_file_are_reported_and_keep_what_they_had()
    {
        Write("a.yaml", Service("a"));
        Start(new FolderSourceOptions { MaxFileBytes = 1000, Rescan = TimeSpan.FromMilliseconds(50) });
        await _sink.UntilSubjectsAsync("Service prod/a");

        Write("a.yaml", Service("a") + new string('#', 2000));
        File.CreateSymbolicLink(PathOf("b.yaml"), PathOf("nowhere"));
        await _sink.UntilDiagnosticAsync("FileTooLarge");
        await _sink.UntilDiagnosticAsync("FileUnreadable");

        Assert.Equal(["Service prod/a"], _sink.Subjects);
    }

    [Fact]
    public async Task A_file_whose_content_does_not_change_costs_nobody_anything()
    {
        Write("a.yaml", Service("a"));
        Start();
        await _sink.UntilSubjectsAsync("Service prod/a");
        var batches = _sink.Batches;
        var before = _sink.Get<Service>("a");

        Write("a.yaml", Service("a"));
        Write("b.yaml", Service("b"));
        await _sink.UntilSubjectsAsync("Service prod/a", "Service prod/b");

        Assert.Equal(batches + 1, _sink.Batches);
        Assert.Same(before, _sink.Get<Service>("a"));
    }

    [Fact]
    public async Task A_mounted_ConfigMap_is_followed_by_the_link_that_its_kubelet_swaps()
    {
        Write("..first/a.yaml", Service("a", port: 80));
        Directory.CreateSymbolicLink(PathOf("..data"), "..first");
        File.CreateSymbolicLink(PathOf("a.yaml"), Path.Combine("..data", "a.yaml"));
        Start(EventsOnly);
        await _sink.UntilSubjectsAsync("Service prod/a");

        Write("..second/a.yaml", Service("a", port: 81));
        Directory.CreateSymbolicLink(PathOf("..data_tmp"), "..second");
        using (var move = Process.Start("mv", ["-T", PathOf("..data_tmp"), PathOf("..data")])) await move.WaitForExitAsync(TestContext.Current.CancellationToken);
        Directory.Delete(PathOf("..first"), recursive: true);

        await _sink.UntilAsync(sink => sink.Get<Service>("a").Spec.Ports[0].Port == 81);
        Assert.Empty(_sink.Diagnostics);
    }

    [Fact]
    public async Task Whole_folders_that_come_and_go_are_followed()
    {
        var elsewhere = Directory.CreateTempSubdirectory("mesh-elsewhere-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(elsewhere, "team", "deep"));
            await File.WriteAllTextAsync(Path.Combine(elsewhere, "team", "a.yaml"), Service("a"), TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(Path.Combine(elsewhere, "team", "deep", "b.yaml"), Service("b"), TestContext.Current.CancellationToken);
            Write("c.yaml", Service("c"));
            Start(EventsOnly);
            await _sink.UntilSubjectsAsync("Service prod/c");

            Directory.Move(Path.Combine(elsewhere, "team"), PathOf("team"));
            await _sink.UntilSubjectsAsync("Service prod/a", "Service prod/b", "Service prod/c");
            Directory.Move(PathOf("team"), PathOf("crew"));
            await _sink.UntilAsync(sink => sink.Subjects.Count == 3 && sink.Get<Service>("b").Location.Origin == PathOf("crew/deep/b.yaml"));
            Directory.Move(PathOf("crew/deep"), Path.Combine(elsewhere, "deep"));
            await _sink.UntilSubjectsAsync("Service prod/a", "Service prod/c");
            Directory.Delete(PathOf("crew"), recursive: true);
            await _sink.UntilSubjectsAsync("Service prod/c");
        }
        finally
        {
            Directory.Delete(elsewhere, recursive: true);
        }
    }

    /// <summary>No look through the whole folder comes to the help of what was missed.</summary>
    private static FolderSourceOptions EventsOnly => new() { Rescan = TimeSpan.FromHours(1) };

    private FolderSource Start(FolderSourceOptions? options = null)
    {
        var source = new FolderSource(_folder, "eks-a", options);
        _running = source.RunAsync(_sink, _stop.Token);
        return source;
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllText(PathOf(name), text);
    }

    private static string Service(string name, int port = 80) =>
        $$"""
        apiVersion: v1
        kind: Service
        metadata: {name: {{name}}, namespace: prod}
        spec: {ports: [{port: {{port}}}]}

        """;
}
